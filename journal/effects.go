package journal

import (
	"slices"

	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// keptEffect is an effect as it is kept: the contents of files are in files of their own.
type keptEffect struct {
	Effect spec.Effect `json:"effect"`           // files have neither content nor digest
	Images []image     `json:"images,omitempty"` // of Effect.Objects, in that order
}

// image is the content of a file.
type image struct {
	Name   string       `json:"name,omitempty"`   // of the file that has it, "" for an empty one
	Digest value.Secret `json:"digest,omitempty"` // SHA-256 of the content: it may have been guessed, if the content can be
	Sealed bool         `json:"sealed,omitempty"`
}

// RecordEffects records what becomes of effects.
func (j *Journal) RecordEffects(name string, c lifecycle.EffectChange, lines ...string) error {
	lines = redactLines(j.redactor(name), lines)
	return j.changeEffects(name, "record what was changed", c, func(_ *bbolt.Bucket, rec *record) error {
		rec.AppendLog(lines...)
		return nil
	})
}

// changeEffects changes the effects of a lifecycle, and with them its record. The contents
// of files are on the disk before, and what nothing refers to any more goes after.
func (j *Journal) changeEffects(name, op string, c lifecycle.EffectChange, fn func(b *bbolt.Bucket, rec *record) error) error {
	if len(c.Begun)+len(c.Done)+len(c.Gone)+len(c.Owed)+len(c.Settled) == 0 {
		return j.changeRecord(name, op, fn)
	}
	j.imagesMu.Lock()
	defer j.imagesMu.Unlock()
	kept := make([]keptEffect, len(c.Begun))
	err := j.images.save(func() (err error) {
		for i, e := range c.Begun {
			if kept[i], err = j.keep(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return j.failed(op, j.unsealed(name, err))
	}
	var used, unused []image
	err = j.changeRecord(name, op, func(b *bbolt.Bucket, rec *record) error {
		used, unused = nil, nil
		for _, k := range kept {
			var err error
			if k.Images, err = j.named(b, name, rec, k.Images); err != nil {
				return err
			}
			old, err := j.setEffect(b, name, rec, k)
			if err != nil {
				return err
			}
			used, unused = append(used, k.Images...), append(unused, old...)
		}
		for _, n := range c.Done {
			if err := j.endEffect(b, name, rec, n, &unused); err != nil {
				return err
			}
		}
		for _, n := range c.Gone {
			if err := j.dropEffect(b, name, rec, n, &unused); err != nil {
				return err
			}
		}
		rec.ChangeEffects(lifecycle.EffectChange{Owed: c.Owed, Settled: c.Settled}) // the others have keys of their own
		return fn(b, rec)
	})
	if err != nil {
		return err
	}
	j.images.count(used, unused)
	return nil
}

// keep writes the contents of an effect, and gives what is kept of it. An image without a
// name is one that is there already.
func (j *Journal) keep(e spec.Effect) (keptEffect, error) {
	out := keptEffect{Effect: e}
	for _, o := range out.Effect.Objects() {
		img, err := j.keepContent(*o, e.Secret)
		if err != nil {
			return out, err
		}
		o.Content, o.Digest = withoutContent(*o), ""
		out.Images = append(out.Images, img)
	}
	return out, nil
}

// withoutContent is the content that is not kept apart.
func withoutContent(o spec.Object) string {
	if o.Kind.KeptApart() {
		return ""
	}
	return o.Content
}

func (j *Journal) keepContent(o spec.Object, secret bool) (image, error) {
	if !o.Kind.KeptApart() {
		return image{}, nil
	}
	img := image{Digest: value.Secret(o.Brief().Digest), Sealed: secret || o.Mode&0o004 == 0}
	if o.Digest != "" || o.Content == "" {
		return img, nil
	}
	img.Name = img.Digest.Reveal()
	if img.Sealed {
		var err error
		if img.Name, err = sealedName(j.key, img.Digest); err != nil {
			return img, err
		}
	}
	return img, j.images.write(img, o.Content, j.key)
}

// named are images with those without a name found among what is kept of a lifecycle.
func (j *Journal) named(b *bbolt.Bucket, name string, rec *record, some []image) ([]image, error) {
	for i, img := range some {
		if img.Name != "" || img.Digest == "" || img.Digest == emptyDigest() {
			continue
		}
		_, all, err := j.loadEffects(b, name, rec.EffectNumbers)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(all, func(x image) bool { return x.Digest == img.Digest && x.Name != "" })
		if at < 0 {
			return nil, spec.Errorf(spec.Internal, "a content is to be kept that is not known")
		}
		some[i] = all[at]
	}
	return some, nil
}

// emptyDigest is that of an empty file, whose content is not kept.
func emptyDigest() value.Secret {
	return value.Secret(spec.Object{Kind: spec.ObjectFile}.Brief().Digest)
}

// setEffect puts an effect in the place of the one with its number, and gives the images of
// that.
func (j *Journal) setEffect(b *bbolt.Bucket, name string, rec *record, k keptEffect) (unused []image, err error) {
	n := k.Effect.N
	at, found := slices.BinarySearch(rec.EffectNumbers, n)
	if !found {
		rec.EffectNumbers = slices.Insert(rec.EffectNumbers, at, n)
	} else {
		var old keptEffect
		if err := get(b, keyEffect(name, n), &old, j.sealed()); err != nil {
			return nil, j.unreadable(name, err)
		}
		unused = old.Images
	}
	return unused, put(b, keyEffect(name, n), k, j.sealed())
}

// endEffect notes that an effect was done.
func (j *Journal) endEffect(b *bbolt.Bucket, name string, rec *record, n int, unused *[]image) error {
	if _, found := slices.BinarySearch(rec.EffectNumbers, n); !found {
		return nil
	}
	var k keptEffect
	if err := get(b, keyEffect(name, n), &k, j.sealed()); err != nil {
		return j.unreadable(name, err)
	}
	k.Effect.Done, k.Effect.Was = true, nil
	if len(k.Images) > 2 {
		*unused = append(*unused, k.Images[2:]...)
		k.Images = k.Images[:2]
	}
	return put(b, keyEffect(name, n), k, j.sealed())
}

// dropEffect forgets an effect.
func (j *Journal) dropEffect(b *bbolt.Bucket, name string, rec *record, n int, unused *[]image) error {
	at, found := slices.BinarySearch(rec.EffectNumbers, n)
	if !found {
		return nil
	}
	var k keptEffect
	if err := get(b, keyEffect(name, n), &k, j.sealed()); err != nil {
		return j.unreadable(name, err)
	}
	*unused = append(*unused, k.Images...)
	rec.EffectNumbers = slices.Delete(rec.EffectNumbers, at, at+1)
	return b.Delete([]byte(keyEffect(name, n)))
}

// loadEffects reads the effects of a lifecycle, without the contents of files.
func (j *Journal) loadEffects(b *bbolt.Bucket, name string, numbers []int) (effects []spec.Effect, images []image, err error) {
	for _, n := range numbers {
		var k keptEffect
		if err := get(b, keyEffect(name, n), &k, j.sealed()); err != nil {
			return nil, nil, j.unreadable(name, err)
		}
		for i, o := range k.Effect.Objects() {
			if o.Kind.KeptApart() && i < len(k.Images) {
				o.Digest = k.Images[i].Digest.Reveal()
			}
		}
		effects, images = append(effects, k.Effect), append(images, k.Images...)
	}
	return effects, images, nil
}

// Effects completes effects with the contents of files.
func (j *Journal) Effects(name string, brief []spec.Effect) (out []spec.Effect, err error) {
	err = j.view("read what "+name+" changed", func(b *bbolt.Bucket) error {
		for _, e := range brief {
			var k keptEffect
			if err := get(b, keyEffect(name, e.N), &k, j.sealed()); err != nil {
				return j.unreadable(name, err)
			}
			for i, o := range k.Effect.Objects() {
				if k.Images[i].Name == "" {
					continue
				}
				if o.Content, err = j.images.read(k.Images[i], j.key); err != nil {
					return &spec.Error{Kind: spec.Failed, At: e.Key, Msg: "what was there before cannot be read: " + err.Error(), Err: err}
				}
			}
			out = append(out, k.Effect)
		}
		return nil
	})
	return out, err
}

// fromFormat3 leads to format 4, in which effects are kept.
func fromFormat3(*bbolt.Bucket) error { return nil }
