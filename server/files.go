package server

import (
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/google/renameio/v2"

	"github.com/armonic/armonic/spec"
)

// file is one of those that are written, or a folder.
type file struct {
	name string // below the folder of the server
	dir  bool
	own  bool // it belongs to the user that the server runs as
	mode fs.FileMode
	text string
}

// fill puts the options into a text, and pairs of what to replace and by what.
func (o Options) fill(text string, pairs ...string) string {
	all := slices.Concat(pairs, []string{"@TLSPORT@", strconv.Itoa(o.TLSPort), "@PORT@", strconv.Itoa(o.Port),
		"@DOMAIN@", o.Domain, "@MUC@", o.MUC(), "@DIR@", o.Dir, "@ADMIN@", o.Admin})
	return strings.NewReplacer(all...).Replace(text)
}

// put writes files, and gives them to their user.
func (o Options) put(files []file) error {
	uid, gid, err := o.ids()
	if err != nil {
		return err
	}
	for _, f := range files {
		name := o.file(f.name)
		if f.dir {
			if err = os.Mkdir(name, f.mode); err == nil {
				err = os.Chmod(name, f.mode) // whatever the umask is
			}
		} else {
			err = renameio.WriteFile(name, []byte(f.text), f.mode, renameio.IgnoreUmask())
		}
		if err == nil && f.own && uid >= 0 {
			err = os.Lchown(name, uid, gid) // the user of the server may have put a link there
		}
		if err != nil {
			return spec.Errorf(spec.Invalid, "cannot write %s: %v", name, err).WithHint("choose a folder that you can write to")
		}
	}
	return nil
}

// ids are those of the user that the server runs as, -1 if it is who runs this.
func (o Options) ids() (uid, gid int, err error) {
	if o.User == "" {
		return -1, -1, nil
	}
	u, err := user.Lookup(o.User)
	if err != nil {
		return 0, 0, spec.Errorf(spec.NotFound, "there is no user %s on this host", o.User).
			WithHint("the package of the server makes it: apt-get install %s; or choose another with --user", strings.ToLower(string(o.Make)))
	}
	if uid, err = strconv.Atoi(u.Uid); err == nil {
		gid, err = strconv.Atoi(u.Gid)
	}
	return uid, gid, err
}

// as makes a command run as the user of the server.
func (o Options) as(cmd *exec.Cmd) error {
	uid, gid, err := o.ids()
	if err == nil && uid >= 0 && uid != os.Geteuid() {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	return err
}
