package journal

import (
	"errors"
	"slices"

	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// keyError is a secret that cannot be sealed or opened: it is the key's fault, not the
// file's.
type keyError struct{ error }

func (e keyError) Unwrap() error { return e.error }

func isKeyError(err error) bool {
	var bad keyError
	return errors.As(err, &bad)
}

// key is a key file whose errors are told from others.
type key struct{ seal.KeyFile }

func (k key) Seal(s value.Secret) (string, error)    { return wrapped(k.KeyFile.Seal(s)) }
func (k key) Open(text string) (value.Secret, error) { return wrapped(k.KeyFile.Open(text)) }
func (k key) Digest(s value.Secret) (string, error)  { return wrapped(k.KeyFile.Digest(s)) }

func wrapped[T any](x T, err error) (T, error) {
	if err != nil {
		err = keyError{err}
	}
	return x, err
}

// sealed is how secrets are kept that are needed again, digests how the history has
// them, and plain is for what has none.
func (j *Journal) sealed() value.Policy  { return value.Seal(j.key) }
func (j *Journal) digests() value.Policy { return value.DigestSecrets(j.key) }
func plain() value.Policy                { return value.Hide() }

// redactor takes the secrets of a lifecycle out of texts: lines of a log, messages.
func (j *Journal) redactor(lifecycle string) *value.Redactor {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.redactors[lifecycle] == nil {
		j.redactors[lifecycle] = &value.Redactor{}
	}
	return j.redactors[lifecycle]
}

func redactLines(r *value.Redactor, lines []string) []string {
	lines = slices.Clone(lines)
	for i, line := range lines {
		lines[i] = r.Redact(line)
	}
	return lines
}

// redactFault also leaves out what the step asked: the definition knows that.
func redactFault(r *value.Redactor, f *spec.Fault) *spec.Fault {
	if f == nil {
		return nil
	}
	out := *f
	out.Step.Requires = nil
	out.Did = redactLines(r, f.Did)
	out.Err = f.Err.Redacted(r)
	out.Earlier = redactFault(r, f.Earlier)
	return &out
}
