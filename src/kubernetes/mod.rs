//! Which Kubernetes API we talk to, clients per identity, caches, server-side apply.
