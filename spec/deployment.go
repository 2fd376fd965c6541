package spec

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"sync"
	"time"

	"github.com/armonic/armonic/value"
)

// How much an agent keeps of the deployments that operators hand it.
const (
	MaxDeployments     = 100      // beyond these the ones that ended, or were put, longest ago are dropped
	MaxDeploymentLogs  = 32 << 20 // bytes of the logs of all of them; likewise
	MaxDeploymentLog   = 4 << 20  // bytes of one log, packed
	maxUnpackedLog     = 64 << 20
	maxDeploymentField = 256 // bytes
)

// DeploymentSummary says which deployment a record is of, and how far that was.
type DeploymentSummary struct {
	ID       DeploymentID `json:"id"`
	Name     string       `json:"name,omitempty"`   // what its operator calls it
	Root     string       `json:"root,omitempty"`   // what is deployed
	By       string       `json:"by,omitempty"`     // who made it, as who put it says
	Made     time.Time    `json:"made,omitzero"`    // when
	Ended    time.Time    `json:"ended,omitzero"`   // zero as long as something is to be done
	State    string       `json:"state,omitempty"`  // in a word of its operator's program
	Awaits   string       `json:"awaits,omitempty"` // who has to approve it, in words
	Revision int          `json:"revision"`         // from 1, and one more with each change

	Size  int       `json:"size,omitempty"`   // of the log, packed, in bytes; the agent fills it in
	PutBy string    `json:"put_by,omitempty"` // who handed this revision over; filled in by who vouches for it
	PutAt time.Time `json:"put_at,omitzero"`  // when, by the agent's clock
}

// DeploymentRecord is a copy of what an operator's program knows of a deployment, kept by
// an agent for whoever may deploy: to look at it, and to go on with it. To the agent the
// log means nothing. It may hold secrets, and is kept sealed.
type DeploymentRecord struct {
	DeploymentSummary
	Log value.Secret `json:"log,omitempty"` // see PackLog
}

// Archive keeps records of deployments, the last of them.
type Archive interface {
	// PutDeployment keeps a record in the place of an older revision of it. The error is
	// Conflict if a newer one is kept, or the same one with other content: then somebody
	// else goes on with the deployment. Putting what is kept already does nothing. Invalid is
	// a record without id or revision, or one that is too large.
	PutDeployment(ctx context.Context, r DeploymentRecord) error
	// Deployments lists what is kept, the one that was made last first.
	Deployments(ctx context.Context) ([]DeploymentSummary, error)
	// Deployment gives a record. The error is NotFound if none is kept.
	Deployment(ctx context.Context, id DeploymentID) (DeploymentRecord, error)
}

// packers are used again: a new one takes most of a megabyte.
//
//nolint:gochecknoglobals // it is of the process
var packers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is right
	return w
}}

// PackLog compresses a log.
func PackLog(text []byte) value.Secret {
	return value.Secret(AppendLog(nil, text))
}

// AppendLog compresses what goes on in a log, and appends it to what is compressed.
func AppendLog(packed, text []byte) []byte {
	b := bytes.NewBuffer(packed)
	w, _ := packers.Get().(*gzip.Writer)
	w.Reset(b)
	_, _ = w.Write(text) // a buffer takes all
	_ = w.Close()
	packers.Put(w)
	return b.Bytes()
}

// UnpackLog gives what was packed, at most 64 MiB. The error is Invalid.
func (r DeploymentRecord) UnpackLog() ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader([]byte(r.Log.Reveal())))
	if err != nil {
		return nil, Errorf(Invalid, "the log of the deployment %s cannot be read: %v", r.ID, err)
	}
	out, err := io.ReadAll(io.LimitReader(z, maxUnpackedLog+1))
	switch {
	case err != nil:
		return nil, Errorf(Invalid, "the log of the deployment %s cannot be read: %v", r.ID, err)
	case len(out) > maxUnpackedLog:
		return nil, Errorf(Invalid, "the log of the deployment %s has more than %d MiB", r.ID, maxUnpackedLog>>20)
	}
	return out, nil
}

// Check says whether the record can be kept; the error is Invalid.
func (r DeploymentRecord) Check() error {
	if err := r.DeploymentSummary.Check(); err != nil {
		return err
	}
	if len(r.Log) > MaxDeploymentLog {
		return Errorf(Invalid, "the log of the deployment %s has %d bytes, an agent keeps at most %d", r.ID, len(r.Log), MaxDeploymentLog)
	}
	return nil
}

// Check says whether this can be the summary of a deployment; the error is Invalid.
func (s DeploymentSummary) Check() error {
	switch {
	case s.ID == "":
		return Errorf(Invalid, "the deployment has no id")
	case s.Revision < 1:
		return Errorf(Invalid, "the deployment %s has the revision %d, they count from 1", s.ID, s.Revision)
	}
	for name, text := range map[string]string{"id": string(s.ID), "name": s.Name, "root": s.Root, "maker": s.By, "state": s.State, "approver": s.Awaits, "user": s.PutBy} {
		if len(text) > maxDeploymentField {
			return Errorf(Invalid, "the %s of a deployment is longer than %d bytes", name, maxDeploymentField)
		}
	}
	return nil
}
