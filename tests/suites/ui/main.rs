//! What must not compile, why it must not, and what the compiler says to mistakes that users make.
//!
//! Each file in `cases/` is a program. Its first line names the error codes that the compiler has to give,
//! `// error: E0277`, and the second one the defect that another project shipped, or the rule, that it guards. The
//! `ok_` files have no first line: they compile, so that a broken set-up does not pass for a row of refusals. To add a
//! case, add a file. Only codes are compared: the wording of a message belongs to the compiler's version.
//!
//! What is said in [`messages`] is compared word by word, with that version of the compiler only.

mod messages;
mod package;

use core::fmt::Write as _;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// A program, and what the compiler has to say to it.
struct Case {
    name: String,
    path: PathBuf,
    expected: BTreeSet<String>,
}

impl Case {
    fn read((name, path): (String, PathBuf)) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        let expected: BTreeSet<String> = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("// error: "))
            .map(|codes| codes.split(", ").map(str::to_owned).collect())
            .unwrap_or_default();
        assert_eq!(expected.is_empty(), name.starts_with("ok_"), "{name}: either an error or an ok_ name");
        let reason = text.lines().nth(usize::from(!expected.is_empty())).unwrap_or_default();
        assert!(reason.starts_with("// "), "{name}: the line that says what it guards is missing");
        Self { name, path, expected }
    }
}

/// What the compiler said to one program.
#[derive(Default)]
struct Verdict {
    codes: BTreeSet<String>,
    rendered: String,
    compiled: bool,
}

impl Verdict {
    fn of(said: &[Value]) -> Self {
        let mut verdict = Self {
            compiled: said.iter().any(|message| message["reason"] == "compiler-artifact"),
            ..Self::default()
        };
        for error in package::errors(said) {
            // An error without a code is never expected.
            let code = error["code"]["code"].as_str().or_else(|| error["message"].as_str());
            verdict.codes.insert(code.unwrap().to_owned());
            verdict.rendered += error["rendered"].as_str().unwrap();
        }
        verdict
    }
}

#[test]
fn each_case_is_refused_with_its_code_and_each_counterpart_compiles() {
    let programs = package::files("cases", "rs");
    let said = package::check("ui", &["std", "futures"], &programs);
    let cases: Vec<_> = programs.into_iter().map(Case::read).collect();

    let mut report = String::new();
    for Case { name, path, expected } in &cases {
        let Verdict { codes, rendered, compiled } =
            said.get(name).map(|said| Verdict::of(said)).unwrap_or_default();
        if codes != *expected || compiled != expected.is_empty() {
            let path = path.display();
            write!(
                report,
                "\n{path}: expected {expected:?}, got {codes:?}, compiled: {compiled}\n{rendered}"
            )
            .unwrap();
        }
    }
    assert!(report.is_empty(), "{report}");

    let counterparts = cases.iter().filter(|case| case.expected.is_empty()).count();
    println!("{} programs refused, {counterparts} compiled", cases.len() - counterparts);
    assert!(counterparts >= 5 && cases.len() - counterparts >= 25, "cases are missing");
}
