//! What a workload is, and how its rows are measured.
//!
//! A [`Workload`] is one program, with a [`Row`] for each contender that can run it: the same generic function, instantiated.
//! [`Suite::measure`] first finds how many operations of each row fill a round, then goes through *all* rows once in
//! every round, so that a noisy minute of the machine falls on every contender alike, and starts each round at another
//! row, so that nobody always runs behind the same neighbour.

use core::mem::size_of_val;
use core::time::Duration;

use serde::Serialize;

use crate::alloc::counted;

/// Which side a contender is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// anywake.
    Ours,
    /// Another crate.
    Rival,
    /// No primitive at all: what the hardware asks for the least that could do the work.
    Floor,
}

/// In which order a contender serves its waiters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The longest waiter is next and nobody overtakes it.
    Fifo,
    /// So it is among senders. A receiver that is running takes the item that another was woken for.
    FifoSenders,
    /// Anything else: barging, bounded or not.
    Other,
}

/// One library's primitive in the comparison.
pub trait Contender {
    /// As the tables show it.
    const NAME: &'static str;
    /// Which side it is on.
    const KIND: Kind = Kind::Rival;
    /// Its fairness, as documented, or else as its source says.
    const ORDER: Order = Order::Other;
}

/// What one run of a program took.
#[derive(Debug)]
pub struct Run {
    /// Operations done.
    pub operations: u64,
    /// Time they took.
    pub elapsed: Duration,
    /// Nanoseconds to report, where it is not the time of the average operation.
    pub figure: Option<f64>,
    /// Further figures of this workload, in the same order on each run.
    pub extras: Vec<Extra>,
}

impl Run {
    /// A run with no further figures.
    pub fn new(operations: u64, elapsed: Duration) -> Self {
        Self { operations, elapsed, figure: None, extras: Vec::new() }
    }

    /// Adds a figure; over the rounds `fold` decides which one stays.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: f64, fold: Fold) -> Self {
        self.extras.push(Extra { name, value, fold });
        self
    }

    fn nanoseconds(&self) -> f64 {
        self.figure.unwrap_or(self.elapsed.as_secs_f64() * 1e9 / self.operations as f64)
    }
}

/// A further figure of a run: a percentile, a count.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Extra {
    /// Heading of its column.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    #[serde(skip)]
    fold: Fold,
}

/// How an [`Extra`] of many rounds becomes one.
#[derive(Clone, Copy, Debug)]
pub enum Fold {
    /// The middle one.
    Median,
    /// The largest.
    Max,
}

/// One contender in one workload.
pub struct Row {
    /// Its name.
    pub contender: String,
    /// Its side.
    pub kind: Kind,
    /// Its fairness.
    pub order: Order,
    /// Bytes of one waiting future, where the workload waits.
    pub future_bytes: Option<usize>,

    program: Box<dyn Fn(u64) -> Run>,
}

impl Row {
    /// One run of about so many operations.
    pub fn run(&self, operations: u64) -> Run {
        (self.program)(operations)
    }
}

impl core::fmt::Debug for Row {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Row").field("contender", &self.contender).finish_non_exhaustive()
    }
}

/// Which figure of a row stands for it when rows are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// One thread: whatever disturbs a run makes it longer, so the shortest is the truest.
    Min,
    /// Threads: a run can be short by luck (nobody met anybody), so the middle one.
    Median,
}

impl Basis {
    /// By how much a round is longer than asked for. On one thread short ones are wanted, of which some fall between
    /// two disturbances. On threads a short one sees only one of the regimes that they fall into (everybody on one core in
    /// turn, or the cache line going to and fro), and the median jumps between two.
    fn stretch(self) -> u32 {
        match self {
            Self::Min => 1,
            Self::Median => 4,
        }
    }
}

/// One program and everyone who runs it.
#[derive(Debug)]
pub struct Workload {
    /// Family, primitive, shape: what `--filter` looks at.
    pub name: String,
    /// What one operation is.
    pub operation: &'static str,
    /// Which figure counts.
    pub basis: Basis,
    /// The contenders.
    pub rows: Vec<Row>,
}

impl Workload {
    /// A workload nobody takes part in yet. `Basis::Min` says that it runs on one thread.
    pub fn new(name: impl Into<String>, operation: &'static str, basis: Basis) -> Self {
        Self { name: name.into(), operation, basis, rows: Vec::new() }
    }

    /// Enters a contender. `program` does about as many operations as it is asked for, and says how many.
    pub fn enter<C: Contender>(
        &mut self,
        future_bytes: Option<usize>,
        program: impl Fn(u64) -> Run + 'static,
    ) {
        self.rows.push(Row {
            contender: C::NAME.to_owned(),
            kind: C::KIND,
            order: C::ORDER,
            future_bytes,

            program: Box::new(program),
        });
    }

    /// As [`enter`](Self::enter), where so many tasks receive: whether they can overtake each other decides its order.
    pub fn enter_queue<C: Contender>(&mut self, receivers: usize, program: impl Fn(u64) -> Run + 'static) {
        self.enter::<C>(None, program);
        if let Some(row) = self.rows.last_mut() {
            row.order = match (row.order, receivers) {
                (Order::FifoSenders, 1) => Order::Fifo,
                (Order::FifoSenders, _) => Order::Other,
                (order, _) => order,
            };
        }
    }

    /// Enters a row that has a name of its own: one contender, many settings.
    pub fn enter_as<C: Contender>(&mut self, name: String, program: impl Fn(u64) -> Run + 'static) {
        self.enter::<C>(None, program);
        if let Some(row) = self.rows.last_mut() {
            row.contender = name;
        }
    }
}

/// The figures of one row.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// The contender.
    pub contender: String,
    /// Its side.
    pub kind: Kind,
    /// Its fairness.
    pub order: Order,
    /// Nanoseconds per operation, a value per round, ascending.
    pub nanoseconds: Vec<f64>,
    /// Allocations per operation.
    pub allocations: f64,
    /// Bytes of one waiting future.
    pub future_bytes: Option<usize>,
    /// Further figures.
    pub extras: Vec<Extra>,
}

impl Figures {
    /// The shortest round.
    pub fn min(&self) -> f64 {
        self.nanoseconds[0]
    }

    /// The middle round.
    pub fn median(&self) -> f64 {
        self.nanoseconds[self.nanoseconds.len() / 2]
    }

    /// Three rounds of four were shorter.
    pub fn upper_quartile(&self) -> f64 {
        self.nanoseconds[(self.nanoseconds.len() - 1) * 3 / 4]
    }

    /// Distance between the quartiles as a share of the median.
    pub fn spread(&self) -> f64 {
        let lower = self.nanoseconds[(self.nanoseconds.len() - 1) / 4];
        (self.upper_quartile() - lower) / self.median()
    }

    /// The figure that stands for the row.
    pub fn by(&self, basis: Basis) -> f64 {
        match basis {
            Basis::Min => self.min(),
            Basis::Median => self.median(),
        }
    }
}

/// The figures of one workload.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// Its name.
    pub workload: String,
    /// What one operation is.
    pub operation: &'static str,
    /// Which figure counts.
    pub basis: Basis,
    /// The rows, in the order they were entered.
    pub rows: Vec<Figures>,
}

impl Outcome {
    /// The fastest rival; with `Some(order)`, the fastest of those.
    pub fn fastest_rival(&self, order: Option<Order>) -> Option<&Figures> {
        self.rows
            .iter()
            .filter(|row| row.kind == Kind::Rival && order.is_none_or(|order| row.order == order))
            .min_by(|a, b| a.by(self.basis).total_cmp(&b.by(self.basis)))
    }

    /// The rival that a row is held against: on threads a FIFO contender of ours against the fastest FIFO rival,
    /// because a barging lock does another job there; everybody else against the fastest of all.
    pub fn measure_of(&self, row: &Figures) -> Option<&Figures> {
        let among_fifo = self.basis == Basis::Median && row.kind == Kind::Ours && row.order == Order::Fifo;
        among_fifo
            .then(|| self.fastest_rival(Some(Order::Fifo)))
            .flatten()
            .or_else(|| self.fastest_rival(None))
    }

    /// Time of a row over the time of the rival it is held against.
    pub fn ratio(&self, row: &Figures) -> Option<f64> {
        self.measure_of(row).map(|rival| row.by(self.basis) / rival.by(self.basis))
    }
}

/// Every workload of the comparison.
#[derive(Debug, Default)]
pub struct Suite {
    /// In the order of the report.
    pub workloads: Vec<Workload>,
}

impl Suite {
    /// Adds a workload, unless nobody takes part.
    pub fn add(&mut self, workload: Workload) {
        if !workload.rows.is_empty() {
            self.workloads.push(workload);
        }
    }

    /// Runs everything, `rounds` rounds of about `round` each (on threads, four times that) per row; `tick` is told each row that is about to run.
    /// One more turn than there are rounds: the first finds the number of operations and counts allocations.
    pub fn measure(&self, rounds: usize, round: Duration, tick: impl Fn(&Workload, &Row)) -> Vec<Outcome> {
        let rows: Vec<_> =
            self.workloads.iter().flat_map(|w| w.rows.iter().map(move |row| (w, row))).collect();
        let mut sizes = Vec::new();
        let mut allocations = Vec::new();
        for &(workload, row) in &rows {
            tick(workload, row);
            let size = operations_for(row, round * workload.basis.stretch());
            sizes.push(size);
            allocations.push(allocations_per_operation(row, size));
        }
        let mut random = fastrand::Rng::with_seed(0);
        let mut runs: Vec<Vec<Run>> = rows.iter().map(|_| Vec::new()).collect();
        for turn in 0..rounds {
            for index in 0..rows.len() {
                let index = (index + turn * rows.len() / rounds) % rows.len();
                let (workload, row) = rows[index];
                tick(workload, row);
                let between = scatter(&mut random);
                runs[index].push(row.run(sizes[index]));
                drop(between);
            }
        }
        let mut figures = rows.iter().zip(runs).zip(allocations).map(|(((_, row), runs), allocations)| {
            let mut nanoseconds: Vec<_> = runs.iter().map(Run::nanoseconds).collect();
            nanoseconds.sort_by(f64::total_cmp);
            Figures {
                contender: row.contender.clone(),
                kind: row.kind,
                order: row.order,
                nanoseconds,
                allocations,
                future_bytes: row.future_bytes,
                extras: fold(&runs),
            }
        });
        self.workloads
            .iter()
            .map(|workload| Outcome {
                workload: workload.name.clone(),
                operation: workload.operation,
                basis: workload.basis,
                rows: figures.by_ref().take(workload.rows.len()).collect(),
            })
            .collect()
    }
}

/// Blocks that lie between those of a run, for as long as it lasts.
///
/// What ran before decides where a run's tasks lie, the same in every round, and where they lie decides up to a quarter of the
/// time, for one contender more than for another. So they lie elsewhere in each round.
fn scatter(random: &mut fastrand::Rng) -> Vec<Vec<u8>> {
    let mut blocks: Vec<_> = (0..512).map(|_| Vec::with_capacity(random.usize(16..416))).collect();
    // The run gets the gaps, last left first.
    random.shuffle(&mut blocks);
    blocks.truncate(256);
    blocks
}

/// How many operations fill a round: grows until the clock can be trusted, then scales. The shortest of three runs counts: one
/// that is held up would make rounds so short that they measure nothing but their beginning.
fn operations_for(row: &Row, round: Duration) -> u64 {
    let mut asked = 64;
    loop {
        let elapsed = (0..3).map(|_| row.run(asked).elapsed.as_secs_f64()).fold(f64::INFINITY, f64::min);
        let scale = round.as_secs_f64() / elapsed.max(1e-9);
        if scale < 4.0 {
            return ((asked as f64 * scale) as u64).max(1);
        }
        asked = (asked as f64 * scale.min(16.0)) as u64;
    }
}

/// Allocations of one more operation: from two runs of different length, so that making tasks and primitives falls out.
fn allocations_per_operation(row: &Row, size: u64) -> f64 {
    let (short, few) = counted(|| row.run((size / 4).max(1)));
    let (long, many) = counted(|| row.run(short.operations * 3));
    let more = long.operations.saturating_sub(short.operations).max(1);
    many.saturating_sub(few) as f64 / more as f64
}

fn fold(runs: &[Run]) -> Vec<Extra> {
    let Some(first) = runs.first() else { return Vec::new() };
    (0..first.extras.len())
        .map(|column| {
            let mut values: Vec<_> = runs.iter().map(|run| run.extras[column].value).collect();
            values.sort_by(f64::total_cmp);
            let at = match first.extras[column].fold {
                Fold::Median => values.len() / 2,
                Fold::Max => values.len() - 1,
            };
            Extra { value: values[at], ..first.extras[column] }
        })
        .collect()
}

/// Bytes of a future that nobody polled: the node inside counts although it is not written yet.
pub fn bytes_of<F: Future>(future: F) -> Option<usize> {
    Some(size_of_val(&future))
}
