//! The `arkdeck` binary: wiring only.

mod serve;

use std::io::Write;
use std::process::ExitCode;

use arkdeck::cli::{Cli, Command, CrdsArgs};
use arkdeck::{engine, resources, telemetry};
use clap::Parser;

/// Exit code of everything but a wrong command line (which is clap's 2).
const FAILURE: u8 = 1;

fn main() -> ExitCode {
    let Cli { command } = Cli::parse();
    let result = match command {
        Command::Version => print(&format!("arkdeck {}\n", env!("CARGO_PKG_VERSION"))),
        Command::Crds(args) => crds(&args),
        Command::Serve(args) => run(*args),
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
    telemetry::init();
    // reqwest and kube would each pick a provider of their own; one process has one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve::serve(args))
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
