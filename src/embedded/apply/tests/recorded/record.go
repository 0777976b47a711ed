package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

type conv struct{}

func (conv) Convert(in, out, context interface{}) error { return fmt.Errorf("no") }
func (conv) ConvertToVersion(in runtime.Object, _ runtime.GroupVersioner) (runtime.Object, error) {
	return in, nil
}
func (conv) ConvertFieldLabel(_ schema.GroupVersionKind, _, _ string) (string, string, error) {
	return "", "", nil
}
func (conv) Default(runtime.Object) {}

type creater struct{}

func (creater) New(gvk schema.GroupVersionKind) (runtime.Object, error) {
	u := &unstructured.Unstructured{Object: map[string]interface{}{}}
	u.SetGroupVersionKind(gvk)
	return u, nil
}

type M = map[string]interface{}
type L = []interface{}

var r *rand.Rand

func chance(n int) bool { return r.Intn(n) == 0 }
func pick(s ...string) string { return s[r.Intn(len(s))] }
func val() string        { return pick("1", "2", "3") }

func text(m M, k string, p int) {
	if chance(p) {
		m[k] = val()
	}
}
func strmap(max int, keys ...string) M {
	m := M{}
	for _, k := range keys {
		text(m, k, 2)
	}
	return m
}
func perm(in ...string) L {
	out := L{}
	for _, i := range r.Perm(len(in)) {
		if chance(2) {
			out = append(out, in[i])
		}
	}
	return out
}
func genSpec() M {
	s := M{}
	text(s, "prompt", 2)
	if chance(3) {
		s["model"] = val()
	}
	if chance(8) {
		s["model"] = nil
	}
	if chance(2) {
		n := M{}
		text(n, "a", 2)
		text(n, "b", 2)
		if chance(2) {
			n["deep"] = strmap(1, "c")
		}
		s["nested"] = n
	}
	if chance(2) {
		s["labels"] = strmap(3, "x", "y", "z")
	}
	if chance(2) {
		m := M{}
		for _, k := range []string{"k1", "k2"} {
			if chance(2) {
				m[k] = strmap(2, "x", "y")
			}
		}
		s["maps"] = m
	}
	if chance(3) {
		s["selector"] = strmap(2, "x", "y")
	}
	if chance(3) {
		s["args"] = perm("1", "2", "3")
	}
	if chance(2) {
		s["tags"] = perm("a", "b", "c", "d")
	}
	if chance(2) {
		ps := L{}
		for _, i := range r.Perm(3) {
			if chance(2) {
				p := M{"port": int64(i)}
				if chance(2) {
					p["protocol"] = "UDP"
				}
				text(p, "name", 2)
				text(p, "host", 3)
				if chance(3) {
					es := L{}
					for _, n := range perm("E", "F") {
						e := M{"name": n}
						text(e, "value", 2)
						es = append(es, e)
					}
					p["env"] = es
				}
				ps = append(ps, p)
			}
		}
		s["ports"] = ps
	}
	if chance(2) {
		a := M{}
		text(a, "u", 2)
		if chance(2) {
			a["m"] = strmap(2, "p", "q")
		}
		if chance(3) {
			a["l"] = L{int64(1), M{"z": val()}}
		}
		if chance(6) {
			a["m"] = "scalar"
		}
		s["any"] = a
	}
	if chance(4) {
		if chance(2) {
			s["amount"] = int64(r.Intn(3))
		} else {
			s["amount"] = val()
		}
	}
	return s
}

func deep(v interface{}) interface{} { return runtime.DeepCopyJSONValue(v) }

func main() {
	seed, _ := strconv.ParseInt(os.Args[1], 10, 64)
	n, _ := strconv.Atoi(os.Args[2])
	r = rand.New(rand.NewSource(seed))
	raw, _ := os.ReadFile("schema.json")
	s := &spec.Schema{}
	if err := json.Unmarshal(raw, s); err != nil {
		panic(err)
	}
	meta := &spec.Schema{}
	json.Unmarshal([]byte(`{"type":"object","properties":{"name":{"type":"string"},"namespace":{"type":"string"},"uid":{"type":"string"},
	"labels":{"type":"object","additionalProperties":{"type":"string"}},"annotations":{"type":"object","additionalProperties":{"type":"string"}},
	"finalizers":{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"},
	"managedFields":{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"atomic"}}}`), meta)
	s.Properties["metadata"] = *meta
	str := &spec.Schema{}
	str.Type = spec.StringOrArray{"string"}
	s.Properties["apiVersion"] = *str
	s.Properties["kind"] = *str
	gvk := schema.GroupVersionKind{Group: "test.dev", Version: "v1", Kind: "Thing"}
	s.AddExtension("x-kubernetes-group-version-kind", L{M{"group": "test.dev", "version": "v1", "kind": "Thing"}})
	tc, err := managedfields.NewTypeConverter(map[string]*spec.Schema{"dev.test.v1.Thing": s}, false)
	if err != nil {
		panic(err)
	}
	fm, err := managedfields.NewDefaultCRDFieldManager(tc, conv{}, conv{}, creater{}, gvk, gvk.GroupVersion(), "", nil)
	if err != nil {
		panic(err)
	}
	enc := json.NewEncoder(os.Stdout)
	for i := 0; i < n; i++ {
		var live *unstructured.Unstructured
		steps := L{}
		for j := 0; j < 6; j++ {
			op, manager, force := "apply", pick("a", "b", "c"), chance(3)
			obj := M{"apiVersion": "test.dev/v1", "kind": "Thing", "metadata": M{"name": "t"}}
			if chance(8) {
				obj["metadata"].(M)["labels"] = strmap(2, "l", "m")
			}
			if chance(6) {
				obj["metadata"].(M)["finalizers"] = perm("f/1", "f/2")
			}
			obj["spec"] = genSpec()
			if chance(3) {
				op = "update"
				manager = pick("u", "v", "a")
				if live != nil {
					o := deep(live.Object).(M)
					// change a few top-level parts
					for k, v := range obj["spec"].(M) {
						if chance(2) {
							o["spec"].(M)[k] = v
						} else if chance(4) {
							delete(o["spec"].(M), k)
						}
					}
					delete(o["metadata"].(M), "managedFields")
					obj = o
				}
			}
			step := M{"op": op, "manager": manager, "force": force, "object": deep(obj)}
			lv := live
			if lv == nil {
				lv = &unstructured.Unstructured{Object: M{}}
				lv.SetGroupVersionKind(gvk)
			}
			lv = lv.DeepCopy()
			u := &unstructured.Unstructured{Object: obj}
			var out runtime.Object
			var err error
			if op == "apply" {
				out, err = fm.Apply(lv, u, manager, force)
			} else {
				out, err = fm.Update(lv, u, manager)
			}
			if err != nil {
				step["error"] = err.Error()
			} else {
				live = out.(*unstructured.Unstructured).DeepCopy()
				if live.Object["spec"] == nil {
					live.Object["spec"] = M{}
				}
				live.SetUID("1")
				step["result"] = live.DeepCopy().Object
			}
			steps = append(steps, step)
		}
		enc.Encode(steps)
	}
}
