package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"strings"
	"time"
)

// ObjectKind is what an object of a host is.
type ObjectKind string

// The kinds of objects.
const (
	ObjectNothing   ObjectKind = ""
	ObjectFile      ObjectKind = "file"
	ObjectDirectory ObjectKind = "directory"
	ObjectLink      ObjectKind = "link" // a symbolic link
	ObjectPackage   ObjectKind = "package"
	ObjectService   ObjectKind = "service"
	ObjectUser      ObjectKind = "user"
	ObjectGroup     ObjectKind = "group"
	ObjectReload    ObjectKind = "reload"  // of a service, which is owed: "reload nginx"
	ObjectRestart   ObjectKind = "restart" // likewise
	ObjectReboot    ObjectKind = "reboot"  // of the host, which is owed: RebootKey

	ObjectDatabase     ObjectKind = "database"      // of a server: "database mariadb/shop"
	ObjectDatabaseUser ObjectKind = "database_user" // likewise: "database_user mariadb/shop@localhost"
	ObjectNftables     ObjectKind = "nftables"      // a table of the firewall: "nftables web"
	ObjectListens      ObjectKind = "listens"       // ports at which a service takes connections: "listens nginx"
	ObjectSysctl       ObjectKind = "sysctl"        // a setting of the kernel: "sysctl net.ipv4.ip_forward"

	ObjectOther ObjectKind = "other" // a device, a socket or the like
)

// Object is what a host has at a key. The zero value is nothing.
type Object struct {
	Kind    ObjectKind  `json:"kind,omitempty"`
	Mode    fs.FileMode `json:"mode,omitempty"`    // of files and directories: permission, setuid, setgid and sticky bits
	Owner   string      `json:"owner,omitempty"`   // a name; a number if it has none
	Group   string      `json:"group,omitempty"`   // likewise
	Content string      `json:"content,omitempty"` // of a file, or a user of a database server; of others what is known of them, on one line
	Target  string      `json:"target,omitempty"`  // of a link; of a package the version that it must have, "" for any; of a user of a database server what people are shown
	Digest  string      `json:"digest,omitempty"`  // of one whose content is left out: the SHA-256 of that, in hex
}

// KeptApart reports whether the content of such objects is kept by itself, and left out where
// it is not needed: it may be long, or a secret.
func (k ObjectKind) KeptApart() bool { return k == ObjectFile || k == ObjectDatabaseUser }

// Brief is the object with the digest of its content in the place of that, if that is kept apart.
func (o Object) Brief() Object {
	if o.Kind.KeptApart() && o.Digest == "" {
		sum := sha256.Sum256([]byte(o.Content))
		o.Content, o.Digest = "", hex.EncodeToString(sum[:])
	}
	return o
}

// KindOfKey is the kind of things that a key names: a path those of the file system, any
// other key begins with its kind: "package nginx", "service nginx", "user www-data".
func KindOfKey(key string) ObjectKind {
	kind, _, named := strings.Cut(key, " ")
	if strings.HasPrefix(key, "/") || !named {
		return ObjectFile
	}
	return ObjectKind(kind)
}

// CommandKey begins the key of an effect that is a command: "run make install". What it
// changes is not known.
const CommandKey ObjectKind = "run"

// Effect is one thing that a step changed on its host, or was about to change.
type Effect struct {
	N       int       `json:"n"`               // counted for each lifecycle, from 1 on
	Batch   int       `json:"batch,omitempty"` // the number of the first of those that were begun with it
	State   string    `json:"state"`           // of which it is: it is taken back when that is left
	Provide string    `json:"provide"`         // the provide that made it; "enter", "leave" or "cross"
	By      RunID     `json:"by,omitempty"`
	For     []Path    `json:"for,omitempty"` // of a call: the states that required it
	At      time.Time `json:"at"`
	Key     string    `json:"key"` // what was changed, see KindOfKey
	Before  Object    `json:"before,omitzero"`
	After   Object    `json:"after,omitzero"`
	Was     *Object   `json:"was,omitempty"`          // what was there when it was begun, if that is not Before: it was changed before
	Undo    []string  `json:"undo,omitempty"`         // of a command: the one that takes it back
	Forever string    `json:"irreversible,omitempty"` // why it cannot be taken back, "" if it can
	Besides int       `json:"besides,omitempty"`      // the batch that it came to be with: it is taken back after that
	Secret  bool      `json:"secret,omitempty"`       // there is a secret in it, so that no difference may be shown
	Done    bool      `json:"done,omitempty"`         // it was begun, and done
	Part    bool      `json:"part,omitempty"`         // of a part of a file, whose rest is somebody else's
	Found   bool      `json:"found,omitempty"`        // it was so already: it is looked at, and not taken back
}

// Brief is the effect without the contents that are kept apart, see Object.Brief.
func (e Effect) Brief() Effect {
	for _, o := range e.Objects() {
		*o = o.Brief()
	}
	return e
}

// Objects are those of the effect, to be changed; no other copy of the effect has them.
func (e *Effect) Objects() []*Object {
	out := []*Object{&e.Before, &e.After}
	if e.Was != nil {
		was := *e.Was
		e.Was = &was
		out = append(out, e.Was)
	}
	return out
}

// RebootKey is the key of a reboot.
const RebootKey = "reboot host"

// Owed reports whether the effect is a reload or restart of a service, which is owed until
// the run settles it, or a reboot, which is owed until the run has ended.
func (e Effect) Owed() bool {
	kind := KindOfKey(e.Key)
	return kind == ObjectReload || kind == ObjectRestart || kind == ObjectReboot
}

// Command reports whether the effect is a command, of which nothing can be looked at.
func (e Effect) Command() bool { return KindOfKey(e.Key) == CommandKey }

// Changed says what to do about something that is to be taken back, and that somebody has
// changed since.
type Changed string

// What can be done about it.
const (
	ChangedStop      Changed = ""          // take nothing back that was changed, and say so
	ChangedKeep      Changed = "keep"      // leave it as it is now
	ChangedOverwrite Changed = "overwrite" // take it back all the same
)

// EffectState is how a host is where a step changed it.
type EffectState string

// The states of effects.
const (
	EffectAfter   EffectState = "after"   // as the step left it
	EffectBefore  EffectState = "before"  // as it was before
	EffectOther   EffectState = "other"   // otherwise
	EffectUnknown EffectState = "unknown" // that cannot be known
)

// EffectFinding is what was found where a step changed a host.
type EffectFinding struct {
	Path   Path        `json:"path"` // of the provide that changed it: /host/Lifecycle/State/enter
	Effect Effect      `json:"effect"`
	State  EffectState `json:"state"`
	Now    string      `json:"now,omitempty"`  // what is there now, on one line
	Diff   string      `json:"diff,omitempty"` // from what the step left to what is there, unified
}

// Drift is how a host differs from what steps left.
type Drift struct {
	Looked   int             `json:"looked"`             // how many effects were looked at
	Findings []EffectFinding `json:"findings,omitempty"` // of those that are not as they were left
}
