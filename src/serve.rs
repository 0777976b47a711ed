//! `arkdeck serve`: starts everything in order, waits for the end, ends everything in order.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use arkdeck::admission;
use arkdeck::api::serve::Services;
use arkdeck::cli::{DatabaseUrl, RunsAs, ServeArgs, Target};
use arkdeck::controllers::{self, ControllerDeps};
use arkdeck::embedded::{Embedded, Settings};
use arkdeck::engine::sandbox::Sandbox;
use arkdeck::engine::{self, Engine, EngineDeps};
use arkdeck::evaluation::{Scorer, Steps};
use arkdeck::gateway;
use arkdeck::kubernetes::{Accounts, Caches, Cluster};
use arkdeck::resources;
use arkdeck::store::Store;
use arkdeck::web::{self, Assets, Door, Health, Web};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info_span};

/// Port of the embedded API unless it is taken: stable, so that a kubeconfig survives a restart.
const KUBE_PORT: u16 = 6440;
/// How long the first listings may take.
const SYNC_TIMEOUT: Duration = Duration::from_secs(60);
/// How long open requests may take to end; then they are cut.
const DRAIN: Duration = Duration::from_secs(4);

/// Runs until a signal, or until a task that must live has died.
pub async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    args.check_listen().map_err(|refusal| anyhow!(refusal))?;
    let (target, data_dir, reach) = (args.target(), args.data_dir(), args.reach());
    let ServeArgs {
        listen,
        kube_listen,
        demo,
        probe_listen,
        runs_as,
        max_running,
        weights,
        history_tokens,
        reach: _,
        database_url,
        data_dir: _,
        context: _,
        kubeconfig: _,
        in_cluster: _,
        embedded: _,
    } = args;
    // Ports first: a port that is taken is the commonest mistake and must cost nothing.
    let listener = bind("--listen", listen).await?;
    let probes = match probe_listen {
        Some(address) => Some(bind("--probe-listen", address).await?),
        None => None,
    };
    let listen = listener.local_addr().context("cannot read the address listened at")?;
    let (store, file) = databases(database_url, &target, &data_dir).await?;
    let mut tasks = Tasks::default();
    let shutdown = tasks.shutdown.clone();

    let (cluster, embedded) = connect(target, file.as_ref().unwrap_or(&store)).await?;
    let kubeconfig = match &embedded {
        Some(embedded) => {
            listen_kubernetes(embedded, kube_listen, &data_dir, shutdown.clone()).await?;
            Some(data_dir.join("kubeconfig"))
        }
        None => None,
    };

    let caches = Arc::new(Caches::new());
    tasks.spawn("watches", {
        let (caches, client) = (caches.clone(), cluster.client.clone());
        async move { caches.run(client).await }
    });
    let accounts = match runs_as {
        RunsAs::ServiceAccount => cluster.accounts(),
        RunsAs::Process => Accounts::of_the_process(),
    };
    let mut settings = engine::Settings::default();
    settings.max_running = max_running.map_or(settings.max_running, usize::from);
    settings.weights = weights.into_iter().collect();
    settings.history_tokens = history_tokens.unwrap_or(settings.history_tokens);
    settings.reach = reach;
    tracing::info!(reach = reach.words(), "calls of models and tools reach these addresses");
    let engine = EngineDeps {
        store: store.clone(),
        client: cluster.client.clone(),
        readers: Arc::new(move |account| accounts.client(&account.namespace, &account.name)),
        settings,
    };
    let engine = Engine::start(engine).await?;
    for controller in controllers::start(&controller_deps(&cluster, &engine, &store, &caches), &shutdown) {
        tasks.spawn("controller", async move {
            // A panic in it is logged by the hook; that it has ended is what counts.
            let _ = controller.await;
        });
    }

    let services = Services::new(cluster.clone(), caches.clone(), store.clone(), engine.clone());
    let health = Health::new(store.clone(), synced(&caches));
    if let Some(probes) = probes {
        let outside = health.clone().routes().merge(web::metrics(engine.clone()));
        tasks.spawn("probes", serve_http(probes, outside, shutdown.clone()));
    }
    let assets = Assets::find(&data_dir).context("cannot prepare the web assets")?;
    let web = Web { services, assets, door: Door::new(listen), health, shutdown: shutdown.clone() };
    tasks.spawn(
        "web",
        serve_http(listener, web::router(web, Some(gateway::demo::router())), shutdown.clone()),
    );

    tokio::time::timeout(SYNC_TIMEOUT, caches.ready()).await.map_err(|_| {
        anyhow!(
            "the Kubernetes API did not list {} within {} s",
            caches.unready().join(", "),
            SYNC_TIMEOUT.as_secs()
        )
    })?;
    if demo {
        // The demo's models are asked by this process: at loopback, whatever we listen at.
        let mut near = listen;
        if near.ip().is_unspecified() {
            near.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        let address = format!("http://{near}");
        // Without it the program is whole, only empty.
        match gateway::demo::seed(&store, &cluster.client, &address).await {
            Ok(done) => tracing::info!(?done, "the demo set is there"),
            Err(error) => tracing::warn!(%error, "the demo set is not complete"),
        }
        // Its second half waits for the first, and nobody for it.
        let (store, client, ended) = (store.clone(), cluster.client.clone(), shutdown.clone());
        tokio::spawn(async move {
            let experiment = gateway::demo::run_experiment(&store, &client, &address);
            if let Some(Err(error)) = ended.run_until_cancelled(experiment).await {
                tracing::warn!(%error, "the demo experiment is not complete");
            }
        });
    }
    // Before anybody is told that we are there: who is told may end us at once.
    let mut signals = Signals::new()?;
    announce(listen, &data(&data_dir, &store, &file), kubeconfig.as_deref(), &cluster, reach.words());

    let end = tasks.wait(&mut signals).await;
    tasks.drain().await;
    engine.shutdown().await;
    if let Some(embedded) = embedded {
        embedded.shutdown().await;
    }
    store.close().await;
    if let Some(file) = file {
        file.close().await;
    }
    end
}

/// The database of what is ours, and the file: the embedded API keeps its objects in one always.
async fn databases(
    url: Option<DatabaseUrl>,
    target: &Target,
    data_dir: &Path,
) -> anyhow::Result<(Store, Option<Store>)> {
    let url = url.map(|url| url.0).filter(|url| !url.is_empty());
    let file = match (&url, target) {
        (Some(_), Target::Kubeconfig { .. } | Target::InCluster) => None,
        _ => Some(Store::open(data_dir).await?),
    };
    match (url, file) {
        (None, Some(file)) => Ok((file.clone(), Some(file))),
        (url, file) => Ok((Store::connect(&url.unwrap_or_default()).await?, file)),
    }
}

/// Where the data is, for people.
fn data(data_dir: &Path, store: &Store, file: &Option<Store>) -> String {
    let dir = std::path::absolute(data_dir).unwrap_or_else(|_| PathBuf::from(data_dir));
    match (store.shared(), file) {
        (None, _) => dir.display().to_string(),
        (Some(server), None) => format!("PostgreSQL, {}", server.place()),
        (Some(server), Some(_)) => {
            format!("PostgreSQL, {}; the embedded API's in {}", server.place(), dir.display())
        }
    }
}

/// The API to work on, and the embedded one if it is that.
async fn connect(target: Target, store: &Store) -> anyhow::Result<(Cluster, Option<Embedded>)> {
    let cluster = match target {
        Target::Embedded => {
            let crds = resources::crds().iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
            let checks = admission::checks(&Sandbox::new(Sandbox::own_program()));
            let settings = Settings { crds, version: env!("CARGO_PKG_VERSION").into(), checks };
            let embedded = Embedded::start(store.clone(), settings).await?;
            return Ok((Cluster::embedded(embedded.router()), Some(embedded)));
        }
        Target::Kubeconfig { file, context } => {
            Cluster::kubeconfig(file.as_deref(), context.as_deref()).await?
        }
        Target::InCluster => Cluster::in_cluster()?,
    };
    cluster.check().await?;
    Ok((cluster, None))
}

fn controller_deps(cluster: &Cluster, engine: &Engine, store: &Store, caches: &Caches) -> ControllerDeps {
    ControllerDeps {
        client: cluster.client.clone(),
        engine: engine.clone(),
        scorer: Scorer::new(engine.clone(), Steps::new(store.clone())),
        agents: caches.agents.clone(),
        teams: caches.teams.clone(),
        models: caches.models.clone(),
        queries: caches.queries.clone(),
        tools: caches.tools.clone(),
        memories: caches.memories.clone(),
        evaluators: caches.evaluators.clone(),
        evaluations: caches.evaluations.clone(),
        namespaces: caches.namespaces.clone(),
        ark_configs: caches.ark_configs.clone(),
        a2a_tasks: caches.a2a_tasks.clone(),
        a2a_servers: caches.a2a_servers.clone(),
        execution_engines: caches.execution_engines.clone(),
    }
}

/// Serves the embedded API at the address asked for, else at the usual port, else at any.
async fn listen_kubernetes(
    embedded: &Embedded,
    asked: Option<SocketAddr>,
    data_dir: &Path,
    shutdown: CancellationToken,
) -> anyhow::Result<SocketAddr> {
    if let Some(address) = asked {
        return Ok(embedded.listen(address, data_dir, shutdown).await?);
    }
    match embedded.listen(([127, 0, 0, 1], KUBE_PORT).into(), data_dir, shutdown.clone()).await {
        Ok(address) => Ok(address),
        Err(error) => {
            tracing::info!(%error, "port {KUBE_PORT} is not free; the embedded API takes another");
            Ok(embedded.listen(([127, 0, 0, 1], 0).into(), data_dir, shutdown).await?)
        }
    }
}

async fn bind(flag: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow!(
            "{address} is in use by another program. Stop it, or choose another port with {flag} {}:{}",
            address.ip(),
            address.port().wrapping_add(1).max(1024)
        ),
        _ => anyhow!("cannot listen at {address}: {error}. Choose another address with {flag}"),
    })
}

async fn serve_http(listener: TcpListener, router: axum::Router, shutdown: CancellationToken) {
    let service = axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned());
    if let Err(error) = service.await {
        tracing::error!(%error, "the HTTP server has ended");
    }
}

fn synced(caches: &Arc<Caches>) -> Arc<dyn Fn() -> Result<(), String> + Send + Sync> {
    let caches = caches.clone();
    Arc::new(move || match caches.unready() {
        missing if missing.is_empty() => Ok(()),
        missing => Err(format!("{} are still being listed", missing.join(", "))),
    })
}

/// The lines that say that it runs: where, with what data, how to reach it with kubectl, how to stop it.
fn announce(listen: SocketAddr, data: &str, kubeconfig: Option<&Path>, cluster: &Cluster, reach: &str) {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
    let mut lines = format!("Arkdeck is ready: http://{listen}\n");
    match kubeconfig {
        Some(path) => lines.push_str(&format!("  Kubeconfig  {}\n", absolute(path).display())),
        None => lines.push_str(&format!("  Cluster     {} at {}\n", cluster.mode.display(), cluster.url())),
    }
    lines.push_str(&format!("  Data        {data}\n"));
    lines.push_str(&format!("  Calls       reach {reach} addresses\n"));
    lines.push_str("  Stop        Ctrl-C\n");
    let mut out = std::io::stdout().lock();
    // A closed stdout (a service manager's choice) is no reason to end.
    let _ = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
}

/// Tasks that must live as long as the process.
#[derive(Default)]
struct Tasks {
    running: JoinSet<&'static str>,
    shutdown: CancellationToken,
}

/// What ends the process in order; from when they are made.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }
}

impl Tasks {
    fn spawn(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let task = async move {
            task.await;
            name
        };
        self.running.spawn(task.instrument(info_span!("task", name)));
    }

    /// Waits for a signal. An error when a task ends first: the process would only look alive.
    async fn wait(&mut self, signals: &mut Signals) -> anyhow::Result<()> {
        tokio::select! {
            _ = signals.terminate.recv() => Ok(()),
            _ = signals.interrupt.recv() => Ok(()),
            ended = self.running.join_next() => Err(match ended {
                Some(Ok(name)) => anyhow!("the task “{name}” has ended, and nothing works without it. See the log above"),
                Some(Err(error)) => anyhow!("a task has failed: {error}. See the log above"),
                None => anyhow!("no task is running"),
            }),
        }
    }

    /// Ends streams and requests; cuts what is still open after [`DRAIN`].
    async fn drain(&mut self) {
        self.shutdown.cancel();
        let web_ends = async {
            while let Some(ended) = self.running.join_next().await {
                if matches!(ended, Ok("web")) {
                    break;
                }
            }
        };
        let _ = tokio::time::timeout(DRAIN, web_ends).await;
        self.running.abort_all();
    }
}
