package view

import (
	"context"
	"time"

	"github.com/armonic/armonic/spec"
)

const nftTime = 20 * time.Second // to say whether a table is there

// getNftables says whether a table of the firewall is loaded.
func (r Real) getNftables(name string) (Object, error) {
	ctx, cancel := context.WithTimeout(context.Background(), nftTime)
	defer cancel()
	res, err := r.run(ctx, []string{"nft", "list", "table", "inet", name}, "")
	switch {
	case spec.KindOf(err) == spec.NotFound: // without nft nothing has loaded it
		return Object{}, nil
	case err != nil:
		return Object{}, err
	case res.Code != 0:
		return Object{}, nil
	}
	return NftablesLoaded(), nil
}

// putNftables loads a table from its file, or removes it.
func (r Real) putNftables(ctx context.Context, name string, o Object) error {
	now, err := r.getNftables(name)
	if err != nil || now == o {
		return err
	}
	if o.Kind == Nothing {
		return r.program(ctx, "remove the table "+name+" of the firewall", []string{"nft", "delete", "table", "inet", name}, "")
	}
	return r.putRules(ctx, name)
}

// putRules loads a table from its file, whatever it is now.
func (r Real) putRules(ctx context.Context, table string) error {
	return r.program(ctx, "load the table "+table+" of the firewall", []string{"nft", "-f", NftablesFile(table)}, "")
}
