package transfer

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"time"

	"github.com/armonic/armonic/spec"
)

// File is one that is handed over.
type File struct {
	Digest string
	Size   int    // not packed
	Packed []byte // as it travels
}

// Pack packs a file as it travels.
func Pack(content []byte) File {
	digest, size, _ := Digest(bytes.NewReader(content)) // bytes in memory can be read
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(content) // a buffer takes all
	_ = w.Close()
	return File{Digest: digest, Size: size, Packed: b.Bytes()}
}

// most packed bytes are in a piece.
const most = 256 << 10

// Question is a piece that brings nothing: its answer says how much has arrived.
func (f File) Question() spec.Piece { return spec.Piece{Digest: f.Digest} }

// Next is the piece after those that have arrived, and whether there is one.
func (f File) Next(have int) (spec.Piece, bool) {
	if have < 0 || have >= len(f.Packed) {
		return spec.Piece{}, false
	}
	return spec.Piece{Digest: f.Digest, At: have, Data: base64.StdEncoding.EncodeToString(f.Packed[have:min(have+most, len(f.Packed))])}, true
}

// HandOver hands over what has not arrived yet. Stage hands on one piece, the first of which is a
// question, and returns how much has arrived and whether no more is wanted. The error is that of
// stage, or Conflict if what has arrived is lost again and again.
func (f File) HandOver(stage func(p spec.Piece) (have int, enough bool, err error)) error {
	have, enough, err := stage(f.Question())
	lost := 0
	for piece, more := f.Next(have); err == nil && more && !enough; piece, more = f.Next(have) {
		if have, enough, err = stage(piece); have <= piece.At {
			lost++
		}
		if err == nil && lost > mostLost {
			return spec.Errorf(spec.Conflict, "what has arrived is lost again and again").
				WithHint("is somebody else handing over another version there? try again when they are done")
		}
	}
	return err
}

// mostLost pieces may get lost: another operator begins with another file at the same time.
const mostLost = 20

// How long an agent may be away, and how soon it is asked again.
const (
	missing = 10 * time.Minute
	Again   = 500 * time.Millisecond
)

// Insist asks again as long as an agent is away, and not too long.
func Insist[S any](ctx context.Context, ask func() (S, error)) (S, error) {
	for begin := time.Now(); ; {
		s, err := ask()
		switch kind := spec.KindOf(err); {
		case err == nil, kind != spec.Unavailable && kind != spec.Timeout, time.Since(begin) > missing:
			return s, err
		}
		select {
		case <-time.After(Again):
		case <-ctx.Done():
			return s, errors.Join(ctx.Err(), err)
		}
	}
}
