//! Tests that each public type is `Send`, `Sync` and `Unpin` exactly as far as is sound, depending on its payload.
//!
//! Each row names a type with a payload `P`, and its traits for four payloads, which distinguish all cases:
//!
//! | payload | `Send` | `Sync` |
//! |---|---|---|
//! | `u32` | yes | yes |
//! | `Cell<u32>` | yes | no |
//! | `Rc<u32>` | no | no |
//! | `MutexGuard<'static, u32>` | no | yes |
//!
//! and a fifth, `PhantomPinned`, which is not `Unpin`.
//!
//! `SYU` stands for `Send + Sync + Unpin`. A dash in place of a letter says that the type lacks the trait. A type
//! without a payload has one group instead of five.

use core::cell::Cell;
use core::future::Ready;
use core::marker::{PhantomData, PhantomPinned};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::MutexGuard;

use anywake::condition::{ConditionForFuture, ConditionFuture, ConditionUntilFuture, OwnedConditionFuture};
use anywake::event::{EventFuture, OwnedEventFuture};
use anywake::lock::{LockFuture, LockRef, OwnedLockFuture, PartLockFuture};
use anywake::ordered_queue::*;
use anywake::pool::*;
use anywake::queue::{
    Boxed, InArray, JoinFuture, OwnedJoinFuture, OwnedPopFuture, OwnedPushFuture, PopFuture, PopStream,
    PushFuture,
};
use anywake::scope::*;
use anywake::semaphore::{
    AcquireFuture, AcquireManyFuture, OwnedAcquireFuture, OwnedAcquireManyFuture, PartAcquireFuture, Permits,
};
use anywake::stream::QueueSink;
use anywake::task::*;
use anywake::wait::{Cooperative, Deadline, DeadlineOver, Until};
use anywake::*;

/// The fallback of [`has!`].
trait Otherwise {
    #[allow(dead_code, reason = "unused if all types of a row have the trait")]
    const HAS: bool = false;
}

impl<T: ?Sized> Otherwise for T {}

/// A constant: whether a type has a trait. The inherent constant takes precedence where its bound holds.
macro_rules! has {
    ($type:ty, $trait:path) => {{
        #[allow(dead_code, reason = "unused if no type of a row has the trait")]
        struct Probe<T: ?Sized>(PhantomData<T>);
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
struct Row {
    name: &'static str,
    text: &'static str,
    expected: &'static str,
    found: String,
}

macro_rules! rows {
    ($($name:ident: $type:ty => $expected:literal;)+) => {
        vec![$({
            type With<P> = $type;
            let found = [
                letters!(With<u32>),
                letters!(With<Cell<u32>>),
                letters!(With<Rc<u32>>),
                letters!(With<MutexGuard<'static, u32>>),
                letters!(With<PhantomPinned>),
            ];
            let row = Row {
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
            Row {
                name: stringify!($name),
                text: stringify!($type),
                expected: $expected,
                found: letters!($type),
            }
        ),+]
    };
}

// Below the macros that they use.
mod rwlock;

fn table() -> Vec<Row> {
    let mut table = primitives();
    table.extend(rwlock::rows());
    table.extend(tools());
    table
}

/// The core, and the types of the adapters that wrap it directly.
fn primitives() -> Vec<Row> {
    let mut table = rows! {
        // The payload.                                                 u32 Cell Rc MutexGuard
        Payload: P                                                   => "SYU S-U --U -YU SY-";

        // A lock hands out `&mut P` to one thread after another, and never `&P` to two at once: `P: Send` is enough.
        Lock: Lock<P>                                                => "SYU SYU --U --U SY-";
        LockFuture: LockFuture<'static, P>                           => "SY- SY- --- --- SY-";
        PartLockFuture: PartLockFuture<u32, P> => "SY- SY- --- --- SY-";
        PartLockFuture: PartLockFuture<P, u32> => "SY- --- --- --- SY-";
        PartAcquireFuture: PartAcquireFuture<P> => "SY- --- --- --- SY-";
        OwnedLockFuture: OwnedLockFuture<P>                          => "SY- SY- --- --- SY-";
        // A guard gives `&mut P`, so sending it requires `P: Send`. A shared guard gives `&P` and the lock.
        LockGuard: LockGuard<'static, P>                             => "SYU S-U --U --U SYU";
        OwnedLockGuard: OwnedLockGuard<P>                            => "SYU S-U --U --U SYU";
        // The part decides, and not the whole value, whose type the guard does not name.
        MappedGuard: MappedGuard<'static, P>                         => "SYU S-U --U -YU SYU";
        OwnedMappedGuard: OwnedMappedGuard<P, P>             => "SYU S-U --U --U SYU";
        OwnedMappedGuard: OwnedMappedGuard<u32, P>           => "SYU S-U --U -YU SYU";
        OwnedMappedGuard: OwnedMappedGuard<P, u32>           => "SYU SYU --U --U SYU";

        // A handle of a part shares the whole value, and hands out `&P`.
        ArcPart: ArcPart<P, u32> => "SYU --U --U --U SYU";
        ArcPart: ArcPart<u32, P> => "SYU --U --U SYU SYU";

        OwnedConditionFuture: OwnedConditionFuture<Arc<Lock<P>>> => "SY- SY- --- --- SY-";
        ConditionFuture: ConditionFuture<'static, &'static Lock<P>>   => "SY- SY- --- --- SY-";
        ConditionForFuture:
            ConditionForFuture<'static, &'static Lock<P>, fn(&mut P) -> bool>
                                                                     => "SY- S-- --- --- SY-";
        ConditionForFuture: ConditionForFuture<'static, &'static Lock<u32>, P>
                                                                     => "SY- S-- --- -Y- SY-";
        ConditionUntilFuture: ConditionUntilFuture<'static, &'static Lock<P>, Ready<()>>
                                                                     => "SY- SY- --- --- SY-";
        ConditionUntilFuture: ConditionUntilFuture<'static, &'static Lock<u32>, P>
                                                                     => "SY- S-- --- -Y- SY-";

        // Items are pushed and popped on any thread, and never shared in between.
        Queue: Queue<P>                                              => "SYU SYU --U --U SYU";
        StaticQueue: StaticQueue<P, 2>                               => "SYU SYU --U --U SY-";
        PopFuture: PopFuture<'static, Queue<P>>                     => "SY- SY- --- --- SY-";
        JoinFuture: JoinFuture<'static, Queue<P>>                   => "SY- SY- --- --- SY-";
        OwnedPopFuture: OwnedPopFuture<Queue<P>> => "SY- SY- --- --- SY-";
        OwnedJoinFuture: OwnedJoinFuture<Queue<P>> => "SY- SY- --- --- SY-";
        OwnedPushFuture: OwnedPushFuture<Queue<P>> => "SY- SY- --- --- SY-";
        PopStream: PopStream<'static, Queue<P>>                     => "SY- SY- --- --- SY-";
        // A push holds an item that another thread may take. The item is never shared.
        PushFuture: PushFuture<'static, Queue<P>>                   => "SY- SY- --- --- SY-";
        QueueSink: QueueSink<'static, P, Boxed>                      => "SY- SY- --- --- SY-";

        // Errors, with the values that they return.
        PushError: PushError<P>                                      => "SYU S-U --U -YU SY-";
        TryPushError: TryPushError<P>                                => "SYU S-U --U -YU SY-";
        MergeError: MergeError<P>                                    => "SYU S-U --U -YU SY-";
        Elapsed: Elapsed<P>                                          => "SYU S-U --U -YU SY-";

        // A handle moves the output to the task that awaits it.
        Task: Task<P>                                                => "SYU SYU --U --U SYU";
        CancelOnDrop: CancelOnDrop<P>                                => "SYU SYU --U --U SYU";
        Cooperative: Cooperative<P>                                  => "SYU S-U --U -YU SY-";
        Until: Until<P, Ready<()>>                                   => "SYU S-U --U -YU SY-";
        Until: Until<EventFuture<'static>, P>                        => "SY- S-- --- -Y- SY-";
    };
    table.extend(plain_rows! {
        Semaphore: Semaphore                                         => "SYU";
        AcquireFuture: AcquireFuture<'static>                        => "SY-";
        AcquireManyFuture: AcquireManyFuture<'static>                => "SY-";
        OwnedAcquireFuture: OwnedAcquireFuture                       => "SY-";
        OwnedAcquireManyFuture: OwnedAcquireManyFuture               => "SY-";
        Permit: Permit<'static>                                      => "SYU";
        Permits: Permits<Arc<Semaphore>>                             => "SYU";
        OwnedPermit: OwnedPermit                                     => "SYU";
        Event: Event                                                 => "SYU";
        LockRef: LockRef<'static> => "SYU";
        OwnedEventFuture: OwnedEventFuture => "SY-";
        EventFuture: EventFuture<'static>                            => "SY-";
        Condition: Condition                                         => "SYU";

        Boxed: Boxed                                                 => "SYU";
        InArray: InArray<1>                                          => "SYU";

        AcquireError: AcquireError                                   => "SYU";
        CapacityError: CapacityError                                 => "SYU";
        Closed: Closed                                               => "SYU";
        ReleaseError: ReleaseError                                   => "SYU";
        TaskDoneError: TaskDoneError                                 => "SYU";
        TooManyPermits: TooManyPermits                               => "SYU";
        TryAcquireError: TryAcquireError                             => "SYU";
        TryPopError: TryPopError                                     => "SYU";

        TaskError: TaskError                                         => "SYU";
        Panic: Panic                                                 => "SYU";
        Tokio: Tokio                                                 => "SYU";
        AsyncStd: AsyncStd                                           => "SYU";
        Smol: Smol                                                   => "SYU";
    });
    table
}

/// The tools of the adapters, built from the above without `unsafe`. The rows document how tasks may share them.
fn tools() -> Vec<Row> {
    let mut table = rows! {
        // These hold outputs, and tasks with outputs to come.
        Gather: Gather<Result<P, ()>>                                => "SYU S-U --U --U SYU";
        GatherSettled: GatherSettled<Result<P, ()>>                  => "SYU S-U --U --U SYU";
        AsCompleted: AsCompleted<Result<P, ()>>                      => "SYU S-U --U --U SYU";
        Race: Race<Result<P, ()>>                                    => "SYU S-U --U --U SYU";
        WaitTasks: WaitTasks<'static, Result<P, ()>>                 => "SYU SYU --U --U SYU";
        Shield: Shield<P>                                            => "SYU SYU --U --U SYU";
        Failure: Failure<P>                                          => "SYU S-U --U -YU SY-";
        GroupError: GroupError<P>                                    => "SYU S-U --U -YU SY-";
        TaskGroup: TaskGroup<Tokio, P>                               => "SYU SYU --U --U SYU";

        SharedState: SharedState<P>                                  => "SYU SYU --U --U SY-";
        OrderedQueue: OrderedQueue<Newest<P>>                        => "SYU SYU --U --U SY-";
        LifoQueue: LifoQueue<P>                                      => "SYU SYU --U --U SY-";
        PriorityQueue: PriorityQueue<P>                              => "SYU SYU --U --U SY-";
        Newest: Newest<P>                                            => "SYU S-U --U -YU SY-";
        Least: Least<P>                                              => "SYU S-U --U -YU SY-";
        // A value is cloned by several threads at once. A key is only compared, under a lock.
        Cache: Cache<u32, P, Tokio>                                  => "SYU --U --U --U SYU";
        Cache: Cache<P, u32, Tokio>                                  => "SYU SYU --U --U SY-";
        PoolError: PoolError<P>                                      => "SYU S-U --U -YU SY-";

        // A variable is a key. Its values are stored elsewhere.
        ContextVar: ContextVar<P>                                    => "SYU SYU SYU SYU SYU";
        Scope: context::Scope<P>                                     => "SYU S-U --U -YU SY-";

        Emitter: stream::Emitter<P>                                  => "SYU SYU --U --U SYU";
        // The items come out of a boxed stream, which is only ever `Send`.
        Buffered: stream::Buffered<P>                                => "S-U S-U S-U S-U S-U";
        Until: stream::Until<P, Ready<()>>                           => "SYU S-U --U -YU SY-";
    };
    table.extend(plain_rows! {
        Barrier: Barrier                                             => "SYU";
        BrokenBarrier: BrokenBarrier                                 => "SYU";
        BlockingPool: BlockingPool<Tokio>                            => "SYU";
        Context: context::Context                                    => "SYU";
        Deadline: Deadline<Tokio>                                    => "SYU";
        DeadlineOver: DeadlineOver                                   => "SYU";
        // The callbacks in a stack are `Send` by their bounds.
        ExitStack: ExitStack<Tokio, Cell<u32>>                       => "SYU";
        Exit: Exit                                                   => "SYU";
        ForeignError: ForeignError                                   => "SYU";
        // Connections are `Send` by their bound, and need not be `Sync`.
        Pool: Pool<Connections, Tokio>                               => "SYU";
        Pooled: Pooled<Connections, Tokio>                           => "S-U";
        PoolConfig: PoolConfig                                       => "SYU";
        PoolStats: PoolStats                                         => "SYU";
        SafeCounter: SafeCounter                                     => "SYU";
        When: When                                                   => "SYU";
    });
    table
}

/// A manager of connections that are `Send` and not `Sync`.
struct Connections;

impl Manager for Connections {
    type Connection = Cell<u32>;
    type Error = Closed;

    async fn connect(&self) -> Result<Cell<u32>, Closed> {
        Ok(Cell::new(0))
    }
}

/// Public names without a row: traits, and types that are generic over types with a row.
const WITHOUT_A_ROW: &[&str] = &[
    "Access",
    "AnyQueue",
    "BoundedQueue",
    "Guard",
    "Handle",
    "LockHandle",
    "LockOwner",
    "Manager",
    "Mapped",
    "Order",
    "Outcome",
    "QueueExt",
    "Runtime",
    "RwLockHandle",
    "RwLockOwner",
    "Slots",
    "Wait",
];

/// Public modules that exist only for tests.
const LEFT_OUT: [&str; 2] = ["doctest", "test_util"];

#[test]
fn types_are_send_and_sync_exactly_as_far_as_is_sound() {
    let wrong: Vec<_> = table()
        .iter()
        .filter(|row| row.expected != row.found)
        .map(|row| format!("{}: should be {}, is {}", row.text, row.expected, row.found))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_probe_detects_present_and_absent_traits() {
    let payloads = table().remove(0);
    assert_eq!((payloads.name, payloads.found.as_str()), ("Payload", "SYU S-U --U -YU SY-"));
    assert_eq!(letters!(core::marker::PhantomPinned), "SY-");
}

#[test]
fn every_public_type_is_in_the_table() {
    let table = table();
    let rows: BTreeSet<_> = table.iter().map(|row| row.name).collect();
    let public = public_names();
    let missing: Vec<_> = public
        .iter()
        .filter(|name| !rows.contains(name.as_str()) && !WITHOUT_A_ROW.contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "public types without a row: {missing:?}");
    let extra: Vec<_> = rows
        .iter()
        .chain(WITHOUT_A_ROW)
        .filter(|name| **name != "Payload" && !public.contains(**name))
        .collect();
    assert!(extra.is_empty(), "rows of types that are not public: {extra:?}");
}

/// The names of all types and traits that the two crates export: those that their roots and public modules re-export
/// or declare.
fn public_names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for package in ["core", "std-adapters"] {
        let sources = format!("{}/../{package}/src", env!("CARGO_MANIFEST_DIR"));
        let mut modules = vec!["lib".to_owned()];
        while let Some(module) = modules.pop() {
            let path = format!("{sources}/{module}.rs");
            let source = code(&fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}")));
            for (at, _) in source.match_indices("pub use ") {
                let list = source[at..].split(';').next().unwrap_or_default();
                names.extend(words(list).filter(|word| is_type(word)));
                modules.extend(module_of(list).filter(|module| is_file(&sources, module)));
            }
            names.extend(declared(&source));
            for (at, _) in source.match_indices("pub mod ") {
                let name = words(&source[at..]).nth(2).expect("a module has a name");
                if !LEFT_OUT.contains(&name.as_str()) {
                    modules.push(if module == "lib" { name } else { format!("{module}/{name}") });
                }
            }
        }
    }
    names
}

/// The path below `src` of the item in `pub use path::to::item`, if the statement names one item.
fn module_of(list: &str) -> Option<String> {
    let path = list.strip_prefix("pub use ")?.replace("::", "/");
    (!path.contains(['{', '*'])).then_some(path)
}

fn is_file(sources: &str, module: &str) -> bool {
    Path::new(&format!("{sources}/{module}.rs")).is_file()
}

/// The source without its comments.
fn code(source: &str) -> String {
    source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The types and traits that the source declares as public, at any depth.
fn declared(code: &str) -> impl Iterator<Item = String> {
    ["pub struct ", "pub enum ", "pub union ", "pub trait ", "pub type "]
        .into_iter()
        .flat_map(move |keyword| code.match_indices(keyword).map(move |(at, _)| &code[at + keyword.len()..]))
        .filter_map(|rest| words(rest).next())
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
}

fn is_type(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}
