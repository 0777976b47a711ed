//go:build tools

// Package tools pins the kube-apiserver that `make test-cluster` builds.
package tools

import _ "k8s.io/kubernetes/cmd/kube-apiserver"
