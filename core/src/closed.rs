//! [`Closed`], the error that all primitives share, and how the errors get their messages.
//!
//! Errors return what the caller handed in.

/// `Display` and `Error` for error types, from a table of messages.
macro_rules! messages {
    ($([$($generics:tt)*] $error:ty { $($pattern:pat => $message:literal,)+ })+) => {$(
        impl<$($generics)*> core::fmt::Display for $error {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(match self { $($pattern => $message,)+ })
            }
        }

        impl<$($generics)*> core::error::Error for $error {}
    )+};
}

pub(crate) use messages;

/// The primitive was closed: what was asked for will not come any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Closed;

messages! {
    [] Closed { Self => "closed", }
}
