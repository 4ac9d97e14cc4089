//! The model of [`CancellationToken`], and its scenario: a few places for tokens, which programs fill with children,
//! cancel, and empty again.

use core::cell::RefCell;
use core::task::{Context, Poll};

use anywake_core::CancellationToken;
use futures_util::FutureExt as _;

use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// The number of places. The first one holds a root from the beginning.
const PLACES: usize = 4;

/// Waits for the token in a place, with a future that owns the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelledOf(usize);

/// An operation. A place is meant by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenOperation {
    /// `child_token()`, into an empty place.
    Child {
        /// The place of the parent.
        of: usize,
        /// The empty place.
        at: usize,
    },
    /// `cancel()`.
    Cancel(usize),
    /// Drops the token in the place.
    Drop(usize),
}

/// The observable state: of each token whether it is cancelled, and how many wait for it.
pub type TokensSeen = Vec<Option<(bool, usize)>>;

/// A token of the model.
#[derive(Debug, Default)]
struct Node {
    parent: Option<usize>,
    cancelled: bool,
    waiting: Vec<usize>,
}

/// The specified behaviour: a tree of flags, which keeps all nodes, and the waits. Who still holds a token does not
/// matter for what can be seen.
#[derive(Debug)]
pub struct TokensModel {
    nodes: Vec<Node>,
    /// The node in each place.
    places: Vec<Option<usize>>,
    /// The waits that have begun: their slots and nodes.
    waits: Vec<(usize, usize)>,
    reached: Vec<usize>,
}

impl TokensModel {
    fn new() -> Self {
        let mut places = vec![None; PLACES];
        places[0] = Some(0);
        Self { nodes: vec![Node::default()], places, waits: Vec::new(), reached: Vec::new() }
    }

    fn filled(&self) -> impl Iterator<Item = usize> {
        (0..PLACES).filter(|place| self.places[*place].is_some())
    }

    fn node_of(&self, slot: usize) -> usize {
        self.waits.iter().find(|(waiter, _)| *waiter == slot).expect("the wait has begun").1
    }

    /// Parents before their children, and children in the order in which they were made. What is cancelled has no
    /// descendants that are not.
    fn cancel(&mut self, node: usize, wakes: &mut Wakes) {
        let mut due = vec![node];
        while !due.is_empty() {
            let node = due.remove(0);
            if core::mem::replace(&mut self.nodes[node].cancelled, true) {
                continue;
            }
            for slot in core::mem::take(&mut self.nodes[node].waiting) {
                wakes.wake(slot);
                self.reached.push(slot);
            }
            due.extend((0..self.nodes.len()).filter(|child| self.nodes[*child].parent == Some(node)));
        }
    }
}

impl Model for TokensModel {
    type Kind = CancelledOf;
    type Operation = TokenOperation;
    type Outcome = ();
    type Seen = TokensSeen;

    fn kinds(&self, _: Option<usize>) -> Vec<CancelledOf> {
        self.filled().map(CancelledOf).collect()
    }

    fn operations(&self) -> Vec<TokenOperation> {
        let empty = (0..PLACES).find(|place| self.places[*place].is_none());
        let children = self
            .filled()
            .filter_map(|of| empty.map(|at| TokenOperation::Child { of, at }))
            .collect::<Vec<_>>();
        let cancels = self.filled().map(TokenOperation::Cancel);
        // Without a token no program could go on.
        let drops = self.filled().filter(|_| self.filled().count() > 1).map(TokenOperation::Drop);
        children.into_iter().chain(cancels).chain(drops).collect()
    }

    fn begin(&mut self, slot: usize, CancelledOf(place): CancelledOf) {
        self.waits.push((slot, self.places[place].expect("the place is filled")));
    }

    fn poll(&mut self, slot: usize, _: &mut Wakes) -> Poll<()> {
        let node = self.node_of(slot);
        if self.nodes[node].waiting.contains(&slot) {
            return Poll::Pending;
        }
        if !self.nodes[node].cancelled {
            self.nodes[node].waiting.push(slot);
            return Poll::Pending;
        }
        self.reached.retain(|reached| *reached != slot);
        self.waits.retain(|(waiter, _)| *waiter != slot);
        Poll::Ready(())
    }

    fn drop(&mut self, slot: usize, _: &mut Wakes) {
        let node = self.node_of(slot);
        self.nodes[node].waiting.retain(|waiter| *waiter != slot);
        self.reached.retain(|reached| *reached != slot);
        self.waits.retain(|(waiter, _)| *waiter != slot);
    }

    fn operate(&mut self, operation: TokenOperation, wakes: &mut Wakes) {
        match operation {
            TokenOperation::Child { of, at } => {
                let parent = self.places[of].expect("the place is filled");
                let cancelled = self.nodes[parent].cancelled;
                self.nodes.push(Node { parent: Some(parent), cancelled, waiting: Vec::new() });
                self.places[at] = Some(self.nodes.len() - 1);
            }
            TokenOperation::Cancel(place) => {
                self.cancel(self.places[place].expect("the place is filled"), wakes);
            }
            TokenOperation::Drop(place) => self.places[place] = None,
        }
    }

    fn is_due(&self, slot: usize) -> bool {
        self.reached.contains(&slot)
    }

    fn seen(&self) -> TokensSeen {
        let of_node = |node: &usize| (self.nodes[*node].cancelled, self.nodes[*node].waiting.len());
        self.places.iter().map(|place| place.as_ref().map(of_node)).collect()
    }
}

/// Tokens in places.
#[derive(Clone, Copy, Debug)]
pub struct TokensScenario;

type Places = RefCell<Vec<Option<CancellationToken>>>;

/// The token in a place.
fn at(places: &Places, place: usize) -> CancellationToken {
    places.borrow()[place].clone().expect("the place is filled")
}

impl Scenario for TokensScenario {
    type Model = TokensModel;
    type Shared = Places;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = ();

    fn model(self) -> TokensModel {
        TokensModel::new()
    }

    fn shared(self) -> Places {
        let mut places = vec![None; PLACES];
        places[0] = Some(CancellationToken::new());
        RefCell::new(places)
    }

    fn begin<'a>(places: &'a Places, CancelledOf(place): CancelledOf, _: Option<()>) -> BoxedWait<'a, Self> {
        Box::pin(at(places, place).cancelled_owned().map(|()| ((), None)))
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn operate(places: &Places, operation: TokenOperation) {
        match operation {
            TokenOperation::Child { of, at: place } => {
                let child = at(places, of).child_token();
                places.borrow_mut()[place] = Some(child);
            }
            TokenOperation::Cancel(place) => at(places, place).cancel(),
            TokenOperation::Drop(place) => drop(places.borrow_mut()[place].take()),
        }
    }

    fn seen(places: &Places) -> TokensSeen {
        let of_token = |token: &CancellationToken| (token.is_cancelled(), token.waiters());
        places.borrow().iter().map(|place| place.as_ref().map(of_token)).collect()
    }
}

/// Runs the program in `bytes`.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    run_bytes(TokensScenario, super::SLOTS, bytes)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
