//! The traits of a type, found by the compiler, and the rows of the table.

/// The fallback of [`has!`].
pub(crate) trait Otherwise {
    #[allow(dead_code, reason = "unused if all types of a row have the trait")]
    const HAS: bool = false;
}

impl<T: ?Sized> Otherwise for T {}

/// A constant: whether a type has a trait. The inherent constant takes precedence where its bound holds.
macro_rules! has {
    ($type:ty, $trait:path) => {{
        #[allow(unused_imports, reason = "unused if the type has the trait")]
        use crate::probe::Otherwise as _;

        #[allow(dead_code, reason = "unused if no type of a row has the trait")]
        struct Probe<T: ?Sized>(core::marker::PhantomData<T>);
        #[allow(dead_code, reason = "unused if no type of the row has the trait")]
        impl<T: ?Sized + $trait> Probe<T> {
            const HAS: bool = true;
        }

        <Probe<$type>>::HAS
    }};
}

macro_rules! letters {
    ($type:ty) => {
        [(has!($type, Send), 'S'), (has!($type, Sync), 'Y'), (has!($type, Unpin), 'U')]
            .map(|(has, letter)| if has { letter } else { '-' })
            .iter()
            .collect::<String>()
    };
}

/// A row: the name of the type, its text, and the expected and the actual traits.
pub(crate) struct Row {
    pub name: &'static str,
    pub text: &'static str,
    pub expected: &'static str,
    pub found: String,
}

macro_rules! rows {
    ($($name:ident: $type:ty => $expected:literal;)+) => {
        vec![$({
            type With<P> = $type;
            let found = [
                letters!(With<u32>),
                letters!(With<core::cell::Cell<u32>>),
                letters!(With<std::rc::Rc<u32>>),
                letters!(With<std::sync::MutexGuard<'static, u32>>),
                letters!(With<core::marker::PhantomPinned>),
            ];
            let row = $crate::probe::Row {
                name: stringify!($name),
                text: stringify!($type),
                expected: $expected,
                found: found.join(" "),
            };
            row
        }),+]
    };
}

macro_rules! plain_rows {
    ($($name:ident: $type:ty => $expected:literal;)+) => {
        vec![$(
            $crate::probe::Row {
                name: stringify!($name),
                text: stringify!($type),
                expected: $expected,
                found: letters!($type),
            }
        ),+]
    };
}
