package view

import (
	"context"
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/spec"
)

// getListens gives the ports of a service.
func (r Real) getListens(name string) (Object, error) {
	is, err := r.getPath(listensFile(name))
	if err != nil || is.Kind != File {
		return Object{}, err
	}
	return listensObject(name, is.Content), nil
}

// putListens writes the rules for the ports of a service, and has the tables that include
// them let in what is there then. The directory is of all services together.
func (r Real) putListens(ctx context.Context, name string, o Object) error {
	file := Object{}
	if o.Kind == Listens {
		if err := os.Mkdir(listensDirectory, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			return spec.Errorf(spec.Failed, "cannot make %s: %v", listensDirectory, unwrapped(err))
		}
		owner, group := r.Self()
		file = Object{Kind: File, Mode: 0o644, Owner: owner, Group: group, Content: listensRules(name, o)}
	}
	if err := r.putPath(listensFile(name), file); err != nil {
		return err
	}
	if err := unix.Rmdir(listensDirectory); err != nil && !errors.Is(err, unix.ENOTEMPTY) && !errors.Is(err, unix.ENOENT) {
		return spec.Errorf(spec.Failed, "cannot remove %s: %v", listensDirectory, err)
	}
	return r.loadListens(ctx)
}

// loadListens loads the tables again that include the rules, if they are loaded.
func (r Real) loadListens(ctx context.Context) error {
	dir, err := r.getPath(NftablesDirectory)
	if err != nil || dir.Kind != Directory {
		return err
	}
	files, err := r.List(NftablesDirectory)
	if err != nil {
		return err
	}
	for _, file := range files {
		table, is := strings.CutSuffix(file, ".nft")
		if !is {
			continue
		}
		rules, err := r.getPath(NftablesDirectory + "/" + file)
		if err != nil {
			return err
		}
		if !strings.Contains(rules.Content, IncludeListens) {
			continue
		}
		loaded, err := r.getNftables(table)
		if err == nil && loaded.Kind == Nftables {
			err = r.putRules(ctx, table)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
