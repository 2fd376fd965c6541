package wire

import (
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Piece is how long a piece of a text may be. Servers take 256 KiB in a stanza
// unless they are told otherwise.
const Piece = 64 << 10

// MostPieces is how many pieces a text may have.
const MostPieces = 512

// Split cuts a text into pieces, at least one.
func Split(text []byte) []string {
	out := make([]string, 0, len(text)/Piece+1)
	for len(text) > Piece {
		out = append(out, string(text[:Piece]))
		text = text[Piece:]
	}
	return append(out, string(text))
}

// Pieces checks a number of pieces that a peer announced.
func Pieces(n int) error {
	if n < 1 || n > MostPieces {
		return spec.Errorf(spec.Invalid, "%d pieces are not between 1 and %d", n, MostPieces)
	}
	return nil
}

// Decode reads what value.Encode wrote into *v, secrets in clear text too. The error is
// spec.Invalid, and quotes nothing.
func Decode(text []byte, v any) error {
	if err := value.Decode(text, v, value.HandOver()); err != nil {
		return spec.Errorf(spec.Invalid, "%v", err)
	}
	return nil
}
