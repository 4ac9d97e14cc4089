//! The scenarios of `local`, stamped for the runtimes that keep their tasks on a thread.

macro_rules! on_each_local_runtime {
    ($($scenario:ident)*) => {
        on_each_local_runtime! { @on tokio_local TokioLocal [$($scenario)*] }
        on_each_local_runtime! { @on local_pool LocalPool [$($scenario)*] }
    };
    (@on $module:ident $runtime:ident [$($scenario:ident)*]) => {
        mod $module {
            use anywake::{BlockOn, $runtime};

            $(
                #[test]
                fn $scenario() {
                    let program = || BlockOn::block_on($runtime, crate::local::$scenario($runtime));
                    anywake_tests::finishes(program);
                }
            )*
        }
    };
}

each_local_scenario!(on_each_local_runtime);
