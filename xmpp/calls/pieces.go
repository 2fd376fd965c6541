package calls

import (
	"context"
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/internal/wait"
	"github.com/armonic/armonic/xmpp/wire"
)

// put hands the pieces of a call over before the call.
func (p *peer) put(ctx context.Context, id string, all []string) error {
	return wait.InParallel(ctx, len(all), func(ctx context.Context, i int) error {
		_, err := p.ask(ctx, pieceTime, "set", element("put", p.version, "id", id,
			"n", strconv.Itoa(i), "pieces", strconv.Itoa(len(all))).WithText(all[i]))
		return err
	})
}

// get fetches the pieces of an answer.
func (p *peer) get(ctx context.Context, id string, n int) ([]byte, error) {
	all := make([]string, n)
	err := wait.InParallel(ctx, n, func(ctx context.Context, i int) error {
		answer, err := p.ask(ctx, pieceTime, "get", element("get", p.version, "id", id, "n", strconv.Itoa(i)))
		if err != nil {
			return err
		}
		piece := answer.Kid(wire.Namespace, "piece")
		if piece == nil || len(piece.Text) > wire.Piece {
			return spec.Errorf(spec.Internal, "%s gave a piece that cannot be read", p.jid.Bare())
		}
		all[i] = piece.Text
		return nil
	})
	return []byte(strings.Join(all, "")), err
}
