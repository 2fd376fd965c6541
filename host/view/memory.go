package view

import (
	"path"
	"slices"
	"strings"
	"sync"
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
	return m
}

// Get gives what is at a path.
func (m *Memory) Get(p string) (Object, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.get(p), nil
}

func (m *Memory) get(p string) Object {
	if p == "/" {
		return Object{Kind: Directory, Mode: 0o755, Owner: "root", Group: "root"}
	}
	return m.objects[p]
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

// Put makes an object what is at a path.
func (m *Memory) Put(p string, o Object) error {
	if err := CheckPath(p); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if dir := m.get(path.Dir(p)); dir.Kind != Directory {
		return noDirectory(p, dir.Kind)
	}
	now := m.get(p)
	if err := cannotReplace(p, now, o); err != nil {
		return err
	}
	if o.Kind == Nothing {
		if names := m.list(p); now.Kind == Directory && len(names) > 0 {
			return notEmpty(p, names)
		}
		delete(m.objects, p)
		return nil
	}
	o.Content = strings.Clone(o.Content)
	m.objects[p] = o
	return nil
}

// Self is who owns what is new there.
func (m *Memory) Self() (owner, group string) { return "root", "root" }
