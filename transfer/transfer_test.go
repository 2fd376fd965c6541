package transfer_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/transfer"
)

// noise is content that packing makes no smaller, so that it travels in several pieces.
func noise(seed byte, size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return b
}

func newStore(t *testing.T) transfer.Store {
	t.Helper()
	return transfer.Store{Dir: filepath.Join(t.TempDir(), "parts"), What: "program", Most: 16 << 20}
}

// stage is the way of a piece to a store.
func stage(s transfer.Store, digest string) func(spec.Piece) (int, bool, error) {
	return func(p spec.Piece) (int, bool, error) { err := s.Keep(p); return s.Have(digest), false, err }
}

func arrived(s transfer.Store, f transfer.File) ([]byte, error) {
	var b bytes.Buffer
	err := s.Unpack(f.Digest, f.Size, &b)
	return b.Bytes(), err
}

// A hand-over that is cut is gone on with by another process at each end, from the byte that
// arrived last.
func TestAHandOverIsGoneOnWith(t *testing.T) {
	content := noise(1, 1<<20)
	s, cut := newStore(t), errors.New("cut")
	for _, at := range []int{0, 1, 255 << 10, 300 << 10, 900 << 10} { // the bytes there when the link is cut
		f := transfer.Pack(content)
		sent := 0
		err := f.HandOver(func(p spec.Piece) (int, bool, error) {
			if p.At >= at && p.Data != "" {
				return s.Have(f.Digest), false, cut
			}
			if p.Data != "" {
				sent++
				data, _ := base64.StdEncoding.DecodeString(p.Data)
				p.Data = base64.StdEncoding.EncodeToString(data[:min(len(data), at-p.At)]) // the disk takes a part
			}
			return stage(s, f.Digest)(p)
		})
		if !errors.Is(err, cut) || s.Have(f.Digest) != at || sent > 3 {
			t.Fatalf("cut at %d: %v, %d bytes have arrived after %d pieces", at, err, s.Have(f.Digest), sent)
		}
		s = transfer.Store{Dir: s.Dir, What: s.What, Most: s.Most} // a new process
	}
	f := transfer.Pack(content)
	if err := f.HandOver(stage(s, f.Digest)); err != nil {
		t.Fatal(err)
	}
	if got, err := arrived(s, f); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes have arrived: %v", len(got), err)
	}
	if err := f.HandOver(func(p spec.Piece) (int, bool, error) {
		if p.Data != "" {
			t.Errorf("the piece at %d is sent again", p.At)
		}
		return stage(s, f.Digest)(p)
	}); err != nil {
		t.Error(err)
	}
	if s.Forget(f.Digest); s.Have(f.Digest) != 0 || len(s.Parts()) != 0 {
		t.Errorf("forgotten, there is %v", s.Parts())
	}
}

// Only the next piece is kept: what comes twice, too early or not at all like a piece changes nothing.
func TestPiecesOutOfOrderAreLeft(t *testing.T) {
	f := transfer.Pack(noise(2, 700<<10))
	first, _ := f.Next(0)
	second, _ := f.Next(256 << 10)
	third, _ := f.Next(512 << 10)
	s := newStore(t)
	for _, x := range []struct {
		piece spec.Piece
		have  int
	}{{third, 0}, {second, 0}, {first, 256 << 10}, {first, 256 << 10}, {third, 256 << 10}, {second, 512 << 10}, {first, 512 << 10}, {third, len(f.Packed)},
		{spec.Piece{Digest: f.Digest, At: -1, Data: first.Data}, len(f.Packed)}, {spec.Piece{Digest: f.Digest, At: math.MaxInt, Data: first.Data}, len(f.Packed)}, {f.Question(), len(f.Packed)}} {
		if err := s.Keep(x.piece); err != nil || s.Have(f.Digest) != x.have {
			t.Errorf("after the piece at %d there are %d bytes, want %d (%v)", x.piece.At, s.Have(f.Digest), x.have, err)
		}
	}
	if _, err := arrived(s, f); err != nil {
		t.Error(err)
	}
	for _, have := range []int{-1, math.MinInt, len(f.Packed), math.MaxInt} { // what an agent may say
		if p, more := f.Next(have); more {
			t.Errorf("after %d there is a piece at %d", have, p.At)
		}
	}
}

// What has arrived and is not the file that was ordered is refused, and no more is unpacked than was ordered.
func TestAnotherFileIsRefused(t *testing.T) {
	f := transfer.Pack(noise(3, 100_000))
	other := transfer.Pack(noise(4, 100_000))
	bomb := transfer.Pack(make([]byte, 8<<20))
	corrupt := slices.Clone(f.Packed)
	copy(corrupt[50_000:], "this is not what gzip wrote")
	sum := slices.Clone(f.Packed)
	sum[len(sum)-6] ^= 1
	for name, x := range map[string]struct {
		packed []byte
		size   int
		kind   spec.Kind
		says   string
	}{
		"nothing":          {nil, f.Size, spec.Conflict, "nothing of the program has arrived"},
		"no archive":       {[]byte("hello, this is a program"), f.Size, spec.Invalid, "it is not packed"},
		"less than a head": {f.Packed[:5], f.Size, spec.Invalid, "it is not packed"},
		"cut short":        {f.Packed[:90_000], f.Size, spec.Invalid, "not packed as a whole"},
		"no sum":           {f.Packed[:len(f.Packed)-8], f.Size, spec.Invalid, "not packed as a whole"},
		"another sum":      {sum, f.Size, spec.Invalid, "not packed as a whole"},
		"corrupt":          {corrupt, f.Size, spec.Invalid, "not the one that was ordered"},
		"more behind it":   {slices.Concat(f.Packed, []byte("more")), f.Size, spec.Invalid, "not packed as a whole"},
		"twice":            {slices.Concat(f.Packed, f.Packed), f.Size, spec.Invalid, "its digest is another one"},
		"another":          {other.Packed, f.Size, spec.Invalid, "its digest is another one"},
		"one byte less":    {f.Packed, f.Size - 1, spec.Invalid, "its digest is another one"},
		"one byte more":    {f.Packed, f.Size + 1, spec.Invalid, "its digest is another one"},
		"a bomb":           {bomb.Packed, f.Size, spec.Invalid, "its digest is another one"},
		"no size":          {f.Packed, 0, spec.Invalid, "its digest is another one"},
		"a negative size":  {f.Packed, -100, spec.Invalid, "its digest is another one"},
		"a huge size":      {f.Packed, math.MaxInt, spec.Invalid, "its digest is another one"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			sent := transfer.File{Digest: f.Digest, Packed: x.packed}
			if err := sent.HandOver(stage(s, f.Digest)); err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := s.Unpack(f.Digest, x.size, &b); spec.KindOf(err) != x.kind || !strings.Contains(err.Error(), x.says) {
				t.Errorf("%v, not %v: %s", err, x.kind, x.says)
			}
			if b.Len()-1 > max(x.size, 0) {
				t.Errorf("%d bytes were unpacked", b.Len())
			}
		})
	}
}

// A file may be as large as is allowed, and not a byte larger; what was there stays.
func TestFilesAreBounded(t *testing.T) {
	f := transfer.Pack(noise(5, 600<<10))
	for _, spare := range []int{0, -1} {
		s := newStore(t)
		s.Most = len(f.Packed) + spare
		err := f.HandOver(stage(s, f.Digest))
		if fits := spare == 0; fits != (err == nil) || !fits && (spec.KindOf(err) != spec.Invalid || s.Have(f.Digest) != 512<<10) {
			t.Errorf("where %d bytes are allowed: %v, %d of %d have arrived", s.Most, err, s.Have(f.Digest), len(f.Packed))
		}
	}
	s := newStore(t)
	if err := s.Keep(spec.Piece{Digest: f.Digest, Data: "not base64!"}); spec.KindOf(err) != spec.Invalid || s.Have(f.Digest) != 0 {
		t.Errorf("a piece that is none: %v", err)
	}
}

// A digest becomes the name of a file, so it is nothing else.
func TestDigestsAreNames(t *testing.T) {
	good, size, err := transfer.Digest(strings.NewReader("x"))
	if err != nil || size != 1 || !transfer.IsDigest(good) || !transfer.IsDigest(transfer.NoDigest) {
		t.Errorf("%q, %d, %v", good, size, err)
	}
	for _, bad := range []string{"", "../../etc/passwd", good[1:], good + "00", strings.ToUpper(good), good[:63] + "/", good[:63] + "\x00", strings.Repeat("💥", 16)} {
		if err := newStore(t).Check(spec.Piece{Digest: bad}); spec.KindOf(err) != spec.Invalid || len(err.Error()) > 400 {
			t.Errorf("%q is a digest: %v", bad, err)
		}
	}
}

// What the disk does not take is said, and is no fault of the file.
func TestAFullDiskIsSaid(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full")
	}
	f := transfer.Pack(noise(6, 1000))
	s := newStore(t)
	if err := errors.Join(os.Mkdir(s.Dir, 0o700), os.Symlink("/dev/full", filepath.Join(s.Dir, f.Digest+".part"))); err != nil {
		t.Fatal(err)
	}
	if err := f.HandOver(stage(s, f.Digest)); spec.KindOf(err) != spec.Failed || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("keeping: %v", err)
	}
	s = newStore(t)
	if err := f.HandOver(stage(s, f.Digest)); err != nil {
		t.Fatal(err)
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	if err := s.Unpack(f.Digest, f.Size, full); spec.KindOf(err) != spec.Failed || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("unpacking: %v", err)
	}
	if _, err := arrived(s, f); err != nil {
		t.Errorf("with space again: %v", err)
	}
}

// Several operators that hand over the same file at the same time help each other.
func TestTheSameFileFromSeveral(t *testing.T) {
	content := noise(7, 2<<20)
	f, s := transfer.Pack(content), newStore(t)
	var mu sync.Mutex // an agent takes one piece at a time
	var operators sync.WaitGroup
	for range 5 {
		operators.Go(func() {
			err := f.HandOver(func(p spec.Piece) (int, bool, error) {
				mu.Lock()
				defer mu.Unlock()
				return stage(s, f.Digest)(p)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	operators.Wait()
	if got, err := arrived(s, f); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes have arrived: %v", len(got), err)
	}
}

// Where two hand over different files in turns, neither ever gets on: they are told.
func TestDifferentFilesInTurns(t *testing.T) {
	one, two, s := transfer.Pack(noise(8, 1<<20)), transfer.Pack(noise(9, 1<<20)), newStore(t)
	begin, _ := two.Next(0)
	err := one.HandOver(func(p spec.Piece) (int, bool, error) {
		err := s.Keep(p)
		if p.Data != "" {
			err = errors.Join(err, s.Keep(begin))
		}
		return s.Have(one.Digest), false, err
	})
	if spec.KindOf(err) != spec.Conflict || !strings.Contains(spec.AsError(err).Hint, "somebody else") {
		t.Errorf("the error is %v", err)
	}
	if parts := s.Parts(); len(parts) != 1 || s.Have(two.Digest) == 0 {
		t.Errorf("there is %v", parts)
	}
}

// No more is sent than is wanted.
func TestEnough(t *testing.T) {
	f := transfer.Pack(noise(10, 1<<20))
	asked := 0
	if err := f.HandOver(func(spec.Piece) (int, bool, error) { asked++; return 0, asked == 2, nil }); err != nil || asked != 2 {
		t.Errorf("%d pieces: %v", asked, err)
	}
}

// An agent that is away is asked again for a while, one that refuses is not.
func TestInsisting(t *testing.T) {
	away := spec.Errorf(spec.Unavailable, "it is off")
	for name, x := range map[string]struct {
		away  time.Duration
		then  error
		takes time.Duration // at most
		ok    bool
	}{
		"there":   {takes: 0, ok: true},
		"refuses": {then: spec.Errorf(spec.Denied, "no"), takes: 0},
		"back":    {away: 5 * time.Minute, takes: 5*time.Minute + transfer.Again, ok: true},
		"gone":    {away: time.Hour, takes: 11 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				_, err := transfer.Insist(t.Context(), func() (int, error) {
					if time.Since(begin) < x.away {
						return 0, away
					}
					return 1, x.then
				})
				if (err == nil) != x.ok || time.Since(begin) > x.takes {
					t.Errorf("after %v: %v", time.Since(begin), err)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := transfer.Insist(ctx, func() (int, error) { return 0, away }); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, away) {
			t.Errorf("interrupted: %v", err)
		}
	})
}

// FuzzUnpack takes anything for a file that has arrived.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte{}, 0)
	f.Add(transfer.Pack([]byte("hello")).Packed, 5)
	f.Add(transfer.Pack([]byte("hello")).Packed[:12], math.MaxInt)
	f.Fuzz(func(t *testing.T, packed []byte, size int) {
		s := newStore(t)
		file := transfer.File{Digest: transfer.NoDigest, Packed: packed}
		if err := file.HandOver(stage(s, file.Digest)); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := s.Unpack(file.Digest, size, &b); err == nil || b.Len()-1 > max(size, 0) {
			t.Errorf("%d bytes are taken for a file whose digest is zeros: %v", b.Len(), err)
		}
	})
}
