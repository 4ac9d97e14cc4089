//! Workloads, and the measurement of their rows.
//!
//! A [`Workload`] is one program, with a [`Row`] for each contender that can run it: an instance of the same generic
//! function. [`Suite::measure`] first finds the number of operations of each row that fill a round. Then it runs *all*
//! rows once in every round, so that a noisy minute of the machine affects all contenders alike. Each round starts at
//! another row, so that the first row of a round changes. A row that does not end is left out from then on.

use core::mem::size_of_val;
use core::time::Duration;
use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use crate::alloc::counted;
use crate::patience::Attendant;

/// The side of a contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// anywake.
    Ours,
    /// Another crate.
    Rival,
    /// No primitive at all: the cost of the atomic operations that any implementation needs.
    Floor,
}

/// The order in which a contender grants its waiters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The longest waiter is next, and no other task overtakes it.
    Fifo,
    /// FIFO among senders. A running receiver may take the item that another one was woken for.
    FifoSenders,
    /// Any other order: barging, bounded or not.
    Other,
}

/// One library's primitive in the comparison.
pub trait Contender {
    /// The name in the tables.
    const NAME: &'static str;
    /// The side.
    const KIND: Kind = Kind::Rival;
    /// The fairness, by the documentation or else by the source.
    const ORDER: Order = Order::Other;
}

/// The figures of one run of a program.
#[derive(Debug)]
pub struct Run {
    /// The number of operations.
    pub operations: u64,
    /// The time of all operations.
    pub elapsed: Duration,
    /// The nanoseconds to report, if that is not the mean time of an operation.
    pub figure: Option<f64>,
    /// Further figures of this workload, in the same order on each run.
    pub extras: Vec<Extra>,
}

impl Run {
    /// A run with no further figures.
    pub fn new(operations: u64, elapsed: Duration) -> Self {
        Self { operations, elapsed, figure: None, extras: Vec::new() }
    }

    /// Adds a figure. `fold` selects the value to report from those of all rounds.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: f64, fold: Fold) -> Self {
        self.extras.push(Extra { name: name.into(), value, fold });
        self
    }

    fn nanoseconds(&self) -> f64 {
        self.figure.unwrap_or(self.elapsed.as_secs_f64() * 1e9 / self.operations as f64)
    }
}

/// A further figure of a run: a percentile, a count.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Extra {
    /// The heading of the column.
    pub name: Cow<'static, str>,
    /// The value.
    #[serde(deserialize_with = "figure")]
    pub value: f64,
    #[serde(skip)]
    fold: Fold,
}

/// How the values of an [`Extra`] in all rounds are reduced to one.
#[derive(Clone, Copy, Debug, Default)]
pub enum Fold {
    /// The median.
    #[default]
    Median,
    /// The largest.
    Max,
}

/// One contender in one workload.
pub struct Row {
    /// The name of the contender.
    pub contender: String,
    /// The side of the contender.
    pub kind: Kind,
    /// The fairness of the contender.
    pub order: Order,
    /// The bytes of one waiting future, if the workload waits.
    pub future_bytes: Option<usize>,

    program: Program,
}

type Program = Arc<dyn Fn(u64) -> Run + Send + Sync>;

impl Row {
    /// Runs the program with about `operations` operations.
    pub fn run(&self, operations: u64) -> Run {
        (self.program)(operations)
    }
}

impl core::fmt::Debug for Row {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Row").field("contender", &self.contender).finish_non_exhaustive()
    }
}

/// The figure by which rows are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// For one thread: a disturbance only ever lengthens a run, so the shortest run is the most accurate.
    Min,
    /// For threads: a run can be short by chance, if no tasks met, so the median.
    Median,
}

impl Basis {
    /// The factor by which a round is longer than requested. On one thread rounds are short, so that some fall between
    /// two disturbances. On threads a short round sees only one of two regimes (all tasks on one core in turn, or the
    /// cache line moving between cores), and the median would jump between the two.
    fn stretch(self) -> u32 {
        match self {
            Self::Min => 1,
            Self::Median => 4,
        }
    }
}

/// One program and the contenders that run it.
#[derive(Debug)]
pub struct Workload {
    /// The family, primitive and shape, which `--filter` matches.
    pub name: String,
    /// A description of one operation.
    pub operation: &'static str,
    /// The figure that counts.
    pub basis: Basis,
    /// The contenders.
    pub rows: Vec<Row>,
}

impl Workload {
    /// A workload without contenders. `Basis::Min` is for workloads on one thread.
    pub fn new(name: impl Into<String>, operation: &'static str, basis: Basis) -> Self {
        Self { name: name.into(), operation, basis, rows: Vec::new() }
    }

    /// Adds a contender. `program` runs about the requested number of operations, and returns the exact number.
    pub fn enter<C: Contender>(
        &mut self,
        future_bytes: Option<usize>,
        program: impl Fn(u64) -> Run + Send + Sync + 'static,
    ) {
        self.rows.push(Row {
            contender: C::NAME.to_owned(),
            kind: C::KIND,
            order: C::ORDER,
            future_bytes,

            program: Arc::new(program),
        });
    }

    /// As [`enter`](Self::enter), for a queue with a number of receivers. With one receiver, FIFO among senders is
    /// FIFO.
    pub fn enter_queue<C: Contender>(
        &mut self,
        receivers: usize,
        program: impl Fn(u64) -> Run + Send + Sync + 'static,
    ) {
        self.enter::<C>(None, program);
        if let Some(row) = self.rows.last_mut() {
            row.order = match (row.order, receivers) {
                (Order::FifoSenders, 1) => Order::Fifo,
                (Order::FifoSenders, _) => Order::Other,
                (order, _) => order,
            };
        }
    }

    /// Adds a row with a name of its own, for a contender with several settings.
    pub fn enter_as<C: Contender>(
        &mut self,
        name: String,
        program: impl Fn(u64) -> Run + Send + Sync + 'static,
    ) {
        self.enter::<C>(None, program);
        if let Some(row) = self.rows.last_mut() {
            row.contender = name;
        }
    }
}

/// The figures of one row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figures {
    /// The contender.
    pub contender: String,
    /// The side of the contender.
    pub kind: Kind,
    /// The fairness of the contender.
    pub order: Order,
    /// The nanoseconds per operation, one value per round, in ascending order.
    #[serde(deserialize_with = "figures")]
    pub nanoseconds: Vec<f64>,
    /// The allocations per operation.
    pub allocations: f64,
    /// The bytes of one waiting future.
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

    /// The upper quartile of the rounds.
    pub fn upper_quartile(&self) -> f64 {
        self.nanoseconds[(self.nanoseconds.len() - 1) * 3 / 4]
    }

    /// The distance between the quartiles, as a share of the median.
    pub fn spread(&self) -> f64 {
        let lower = self.nanoseconds[(self.nanoseconds.len() - 1) / 4];
        (self.upper_quartile() - lower) / self.median()
    }

    /// The figure by which the row is compared.
    pub fn by(&self, basis: Basis) -> f64 {
        match basis {
            Basis::Min => self.min(),
            Basis::Median => self.median(),
        }
    }
}

/// The figures of one workload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The name of the workload.
    pub workload: String,
    /// A description of one operation.
    pub operation: String,
    /// The figure that counts.
    pub basis: Basis,
    /// The rows, in the order in which they were added.
    pub rows: Vec<Figures>,
    /// The contenders that did not end, and so have no figures.
    pub unfinished: Vec<Unfinished>,
}

/// A contender that did not end within the time limit, which takes a wake that was lost.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unfinished {
    /// The contender.
    pub contender: String,
    /// The side of the contender.
    pub kind: Kind,
}

impl Outcome {
    /// The fastest rival, or the fastest one with this order.
    pub fn fastest_rival(&self, order: Option<Order>) -> Option<&Figures> {
        self.rows
            .iter()
            .filter(|row| row.kind == Kind::Rival && order.is_none_or(|order| row.order == order))
            .min_by(|a, b| a.by(self.basis).total_cmp(&b.by(self.basis)))
    }

    /// The rival that a row is compared with. On threads a FIFO contender of ours is compared with the fastest FIFO
    /// rival, because a barging lock does less there. Every other row is compared with the fastest rival.
    pub fn measure_of(&self, row: &Figures) -> Option<&Figures> {
        let among_fifo = self.basis == Basis::Median && row.kind == Kind::Ours && row.order == Order::Fifo;
        among_fifo
            .then(|| self.fastest_rival(Some(Order::Fifo)))
            .flatten()
            .or_else(|| self.fastest_rival(None))
    }

    /// The time of a row, divided by the time of the rival that it is compared with.
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
    /// Adds a workload, unless it has no contenders.
    pub fn add(&mut self, workload: Workload) {
        if !workload.rows.is_empty() {
            self.workloads.push(workload);
        }
    }

    /// Runs all rows: one turn to find the numbers of operations and count allocations, then `rounds` rounds of about
    /// the time `round` per row (on threads, four times that). `tick` is called before each run of a row.
    pub fn measure(&self, rounds: usize, round: Duration, tick: impl Fn(&Workload, &Row)) -> Vec<Outcome> {
        let mut attendant = Attendant::new(PATIENCE);
        let mut entries: Vec<_> = self
            .workloads
            .iter()
            .flat_map(|workload| workload.rows.iter().map(move |row| (workload, row)))
            .map(|(workload, row)| {
                tick(workload, row);
                let (program, time) = (row.program.clone(), round * workload.basis.stretch());
                let prepared = attendant.run(move || {
                    let size = operations_for(&*program, time);
                    (size, allocations_per_operation(&*program, size))
                });
                let (size, allocations) = prepared.unwrap_or_default();
                Entry { workload, row, size, allocations, runs: Vec::new(), ends: prepared.is_some() }
            })
            .collect();
        let mut random = fastrand::Rng::with_seed(0);
        for turn in 0..rounds {
            let first = turn * entries.len() / rounds;
            entries.rotate_left(first);
            for entry in entries.iter_mut().filter(|entry| entry.ends) {
                tick(entry.workload, entry.row);
                let (program, size) = (entry.row.program.clone(), entry.size);
                let between = scatter(&mut random);
                let run = attendant.run(move || program(size));
                drop(between);
                entry.ends = run.is_some();
                entry.runs.extend(run);
            }
            entries.rotate_right(first);
        }
        let mut entries = entries.into_iter();
        self.workloads
            .iter()
            .map(|workload| {
                let (finished, unfinished): (Vec<_>, Vec<_>) =
                    entries.by_ref().take(workload.rows.len()).partition(|entry| entry.ends);
                Outcome {
                    workload: workload.name.clone(),
                    operation: workload.operation.to_owned(),
                    basis: workload.basis,
                    rows: finished.into_iter().map(Entry::figures).collect(),
                    unfinished: unfinished.into_iter().map(Entry::unfinished).collect(),
                }
            })
            .collect()
    }
}

/// The time limit of a run. A run takes milliseconds, a few seconds at worst. After a lost wake it never ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// A row while it is measured.
struct Entry<'a> {
    workload: &'a Workload,
    row: &'a Row,
    size: u64,
    allocations: f64,
    runs: Vec<Run>,
    ends: bool,
}

impl Entry<'_> {
    fn figures(self) -> Figures {
        let mut nanoseconds: Vec<_> = self.runs.iter().map(Run::nanoseconds).collect();
        nanoseconds.sort_by(f64::total_cmp);
        Figures {
            contender: self.row.contender.clone(),
            kind: self.row.kind,
            order: self.row.order,
            nanoseconds,
            allocations: self.allocations,
            future_bytes: self.row.future_bytes,
            extras: fold(&self.runs),
        }
    }

    fn unfinished(self) -> Unfinished {
        Unfinished { contender: self.row.contender.clone(), kind: self.row.kind }
    }
}

/// Allocates blocks that lie between the allocations of a run, for as long as they are held.
///
/// Earlier allocations determine the addresses of a run's tasks, and the addresses determine up to a quarter of the
/// time, for some contenders more than for others. With these blocks the addresses are different in each round.
fn scatter(random: &mut fastrand::Rng) -> Vec<Vec<u8>> {
    let mut blocks: Vec<_> = (0..512).map(|_| Vec::with_capacity(random.usize(16..416))).collect();
    // The run gets the gaps, the most recent first.
    random.shuffle(&mut blocks);
    blocks.truncate(256);
    blocks
}

/// Finds the number of operations that fill a round: grows it until the time is long enough to be accurate, then scales
/// it. The shortest of three runs counts: a delayed run would lead to rounds that are too short to measure.
fn operations_for(program: &dyn Fn(u64) -> Run, round: Duration) -> u64 {
    let mut asked = 64;
    loop {
        let elapsed = (0..3).map(|_| program(asked).elapsed.as_secs_f64()).fold(f64::INFINITY, f64::min);
        let scale = round.as_secs_f64() / elapsed.max(1e-9);
        if scale < 4.0 {
            return ((asked as f64 * scale) as u64).max(1);
        }
        asked = (asked as f64 * scale.min(16.0)) as u64;
    }
}

/// Returns the allocations of one more operation, from two runs of different length, so that the set-up cancels out.
fn allocations_per_operation(program: &dyn Fn(u64) -> Run, size: u64) -> f64 {
    let (short, few) = counted(|| program((size / 4).max(1)));
    let (long, many) = counted(|| program(short.operations * 3));
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
            Extra { value: values[at], ..first.extras[column].clone() }
        })
        .collect()
}

/// Returns the size of an unpolled future. The node inside counts although it is not written yet.
pub fn bytes_of<F: Future>(future: F) -> Option<usize> {
    Some(size_of_val(&future))
}

/// Reads a figure. One that is no number, because no task waited in a workload that measures waiting, is `null` in JSON.
fn figure<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Option::deserialize(deserializer).map(|value| value.unwrap_or(f64::NAN))
}

fn figures<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let values = Vec::<Option<f64>>::deserialize(deserializer)?;
    Ok(values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}
