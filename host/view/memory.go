package view

import (
	"context"
	"maps"
	"path"
	"slices"
	"sync"

	"github.com/armonic/armonic/spec"
)

// Memory is a simulated host: the directories that every Linux has, and what was put
// there. It may be used concurrently.
type Memory struct {
	mu      sync.Mutex
	objects map[string]Object
}

// NewMemory makes a host on which nothing has been put yet.
func NewMemory() *Memory {
	m := &Memory{objects: map[string]Object{}}
	for _, dir := range []string{"/etc", "/etc/default", "/etc/systemd", "/etc/systemd/system", "/home", "/opt", "/root", "/run", "/srv",
		"/tmp", "/usr", "/usr/local", "/usr/local/bin", "/usr/share", "/var", "/var/lib", "/var/log", "/var/www"} {
		m.objects[dir] = Object{Kind: Directory, Mode: 0o755, Owner: "root", Group: "root"}
	}
	m.objects["user root"] = Account{UID: "0", GID: "0", Group: "root", Home: "/root", Shell: "/bin/bash"}.Object()
	return m
}

// Copy is a host of its own that is as this one is now.
func (m *Memory) Copy() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Memory{objects: maps.Clone(m.objects)}
}

// Changed gives the keys at which another host is not as this one is, sorted. Neither may
// be changed meanwhile.
func (m *Memory) Changed(now *Memory) []string {
	var out []string
	for _, objects := range []map[string]Object{m.objects, now.objects} {
		for key := range objects {
			if !Same(m.get(key), now.get(key)) && !slices.Contains(out, key) {
				out = append(out, key)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Get gives what is at a key. A service that nobody put is there, and does not run; so is each
// setting of the kernel.
func (m *Memory) Get(p string) (Object, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.get(p), nil
}

func (m *Memory) get(p string) Object {
	if p == "/" {
		return Object{Kind: Directory, Mode: 0o755, Owner: "root", Group: "root"}
	}
	o, ok := m.objects[p]
	switch kind := spec.KindOfKey(p); {
	case !ok && kind == Service:
		return Object{Kind: Service, Content: "disabled, stopped"}
	case !ok && kind == Sysctl:
		return Object{Kind: Sysctl, Content: Unknown}
	}
	return o
}

// List gives the names in a directory.
func (m *Memory) List(dir string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.list(dir), nil
}

func (m *Memory) list(dir string) []string {
	var out []string
	for p := range m.objects {
		if path.Dir(p) == dir {
			out = append(out, path.Base(p))
		}
	}
	slices.Sort(out)
	return out
}

// Put makes objects what is at their keys.
func (m *Memory) Put(_ context.Context, objects ...Named) ([]Named, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range objects {
		if err := m.put(o.Key, o.Object); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (m *Memory) put(key string, o Object) error {
	now := m.get(key)
	if spec.KindOfKey(key) == File {
		if err := CheckPath(key); err != nil {
			return err
		}
		if dir := m.get(path.Dir(key)); dir.Kind != Directory && (dir.Kind != Nothing || o.Kind != Nothing) {
			return noDirectory(key, dir.Kind)
		}
		if err := cannotReplace(key, now, o); err != nil {
			return err
		}
	}
	if o.Kind == Nothing {
		if names := m.list(key); now.Kind == Directory && len(names) > 0 {
			return notEmpty(key, names)
		}
		delete(m.objects, key)
		return nil
	}
	m.objects[key] = Shown(o)
	if home, dir := homeMade(o, keyName(key)); home != "" && m.get(home).Kind == Nothing && m.get(path.Dir(home)).Kind == Directory {
		m.objects[home] = dir
	}
	return nil
}

// Solve says that just what is requested would be done: a simulated package needs no other.
func (m *Memory) Solve(_ context.Context, r Request) ([]Named, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return simulatedSolution(r, func(key string) (Object, error) { return m.get(key), nil })
}

// Self is who owns what is new there.
func (m *Memory) Self() (owner, group string) { return "root", "root" }
