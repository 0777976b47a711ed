//! Server functions: the browser's only way in. Each is: who is asking, one use case, a view.
