//! Programs that must not compile, and the compiler's messages for mistakes of users.
//!
//! Each file in `cases/` is a program. Its first line names the expected error codes, as in `// error: E0277`. The
//! second line names the rule that the case guards, or the defect that another project shipped. The `ok_` files have no
//! first line: they must compile, so that a broken set-up is not taken for successful refusals. To add a case, add a
//! file. Only codes are compared, since the wording depends on the version of the compiler.
//!
//! The module [`messages`] compares texts, but only with one version of the compiler.

mod messages;
mod package;

use core::fmt::Write as _;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// A program, and the error codes that the compiler must report.
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
        assert_eq!(
            expected.is_empty(),
            name.starts_with("ok_"),
            "{name}: a case has an error line or a name that begins with ok_"
        );
        let reason = text.lines().nth(usize::from(!expected.is_empty())).unwrap_or_default();
        assert!(reason.starts_with("// "), "{name}: the line that names the guarded rule is missing");
        Self { name, path, expected }
    }
}

/// The result of compiling one program.
#[derive(Default)]
struct Outcome {
    codes: BTreeSet<String>,
    rendered: String,
    compiled: bool,
}

impl Outcome {
    fn of(messages: &[Value]) -> Self {
        let mut outcome = Self {
            compiled: messages.iter().any(|message| message["reason"] == "compiler-artifact"),
            ..Self::default()
        };
        for error in package::errors(messages) {
            // An error without a code is never expected.
            let code = error["code"]["code"].as_str().or_else(|| error["message"].as_str());
            outcome.codes.insert(code.unwrap().to_owned());
            outcome.rendered += error["rendered"].as_str().unwrap();
        }
        outcome
    }
}

#[test]
fn each_case_is_refused_with_its_code_and_each_counterpart_compiles() {
    let programs = package::files("cases", "rs");
    let messages = package::check("ui", &["std", "futures"], &programs);
    let cases: Vec<_> = programs.into_iter().map(Case::read).collect();

    let mut report = String::new();
    for Case { name, path, expected } in &cases {
        let Outcome { codes, rendered, compiled } =
            messages.get(name).map(|messages| Outcome::of(messages)).unwrap_or_default();
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
    assert!(counterparts >= 5 && cases.len() - counterparts >= 25, "too few cases were found");
}
