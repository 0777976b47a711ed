//! The `arkdeck` binary: wiring only.

mod serve;

use std::io::Write;
use std::process::ExitCode;

use arkdeck::cli::{Cli, Command, CrdsArgs};
use arkdeck::{engine, evaluate, resources, telemetry};
use clap::Parser;

/// Exit code of everything but a wrong command line (which is clap's 2); of `evaluate`, of a gate that fails.
const FAILURE: u8 = 1;
/// Exit code of a suite that could not be run: a pipeline must tell it from one that failed.
const NOT_RUN: u8 = 2;

fn main() -> ExitCode {
    let Cli { command } = Cli::parse();
    let result = match command {
        Command::Version => print(&format!("arkdeck {}\n", env!("CARGO_PKG_VERSION"))),
        Command::Crds(args) => crds(&args),
        Command::Serve(args) => run(*args),
        Command::Evaluate(args) => return evaluate(*args),
        Command::Compute => return engine::sandbox::serve(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("arkdeck: {error:#}");
            ExitCode::from(FAILURE)
        }
    }
}

fn run(args: arkdeck::cli::ServeArgs) -> anyhow::Result<()> {
    runtime()?.block_on(serve::serve(args))
}

fn evaluate(args: arkdeck::cli::EvaluateArgs) -> ExitCode {
    let passed = runtime().and_then(|runtime| runtime.block_on(evaluate::evaluate(args)));
    match passed {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FAILURE),
        Err(error) => {
            eprintln!("arkdeck: {error:#}");
            ExitCode::from(NOT_RUN)
        }
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    telemetry::init();
    // reqwest and kube would each pick a provider of their own; one process has one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn crds(CrdsArgs { dir }: &CrdsArgs) -> anyhow::Result<()> {
    match dir {
        None => print(&resources::crds_yaml()?),
        Some(dir) => resources::write_crds(dir)
            .map_err(|error| anyhow::anyhow!("cannot write the definitions into {}: {error}", dir.display())),
    }
}

/// Prints; a reader that went away (`| head`) is no failure.
fn print(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
