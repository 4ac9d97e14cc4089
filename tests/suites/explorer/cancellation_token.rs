//! The programs of cancellation tokens.

use anywake_tests::explorer::cancellation_token::{self, TokensScenario};

use crate::{all_programs, random_programs};

#[test]
fn cancellation_token_in_all_programs() {
    all_programs(TokensScenario, 2, 6);
}

#[test]
fn cancellation_token_in_long_programs() {
    random_programs(cancellation_token::check);
}
