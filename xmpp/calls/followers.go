package calls

import (
	"context"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
)

// Who follows the runs of an agent.
const (
	mostFollowers = 512
	firstTime     = 200 * time.Millisecond // within which past events are put into the answer
	leaseTime     = 150 * time.Second      // after which a follower must ask again
)

type followerKey struct {
	peer session.JID // full
	id   string
}

// follow attaches a client to a run, in the place of what it followed under the same
// name. The result is what has happened already, or the first part of it.
func (v *Server) follow(online context.Context, s *session.Session, p access.Peer, q parameters) (out []byte, after func(), err error) {
	if q.Follow == "" || len(q.Follow) > 64 {
		return nil, nil, spec.Errorf(spec.Invalid, "the follower has no name")
	}
	ctx, cancel := context.WithTimeout(online, leaseTime)
	f := newFollower(q.Run, q.After, p.Role, cancel)
	key := followerKey{p.JID, q.Follow}
	if err := v.attach(ctx, key, f); err != nil {
		cancel()
		return nil, nil, err
	}
	said, speak := v.offer(key, f, q)
	v.work.Go(func() {
		f.end(v.agent.Follow(ctx, q.Run, q.After, func(ev spec.Event) error { return f.add(ctx, ev) }))
	})
	t := time.NewTimer(firstTime)
	defer t.Stop()
	select {
	case <-f.more:
		f.gather(ctx)
	case <-t.C:
	case <-ctx.Done():
	}
	first := f.take()
	first.Speak, first.Said = speak, said
	if first.Err != nil && len(first.Events) == 0 {
		v.detach(key, f)
		return nil, nil, first.Err
	}
	if out, err = f.encode(first); err != nil {
		v.detach(key, f)
		return nil, nil, err
	}
	if first.Ended || first.Paused {
		v.detach(key, f)
		return out, nil, nil
	}
	return out, func() {
		v.work.Go(func() {
			defer v.detach(key, f)
			f.tell(ctx, online, s, key)
		})
	}, nil
}

// start starts a run. If the client says how it would follow it, and the run is new, the
// result is that of follow: most runs are so short that it tells all of them.
func (v *Server) start(ctx, online context.Context, s *session.Session, p access.Peer, run spec.Run, rooms session.JID, follow string) (out []byte, after func(), err error) {
	known := follow == "" || spec.KindOf(v.agent.Follow(ctx, run.ID, 0, func(spec.Event) error { return context.Canceled })) != spec.NotFound
	if err := v.agent.Start(ctx, run); err != nil {
		return nil, nil, err
	}
	if rooms != "" {
		v.rooms.Promised(run.ID, p.JID, rooms)
	}
	if !known {
		if out, after, err = v.follow(online, s, p, parameters{Run: run.ID, Follow: follow, Rooms: rooms}); err == nil {
			return out, after, nil
		}
	}
	return nil, nil, nil // it was started: the client follows it with a call of its own
}

func (v *Server) attach(ctx context.Context, key followerKey, f *follower) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if old := v.followers[key]; old != nil {
		old.stop()
	} else if len(v.followers) >= mostFollowers {
		return spec.Errorf(spec.Unavailable, "too many follow the agent's runs")
	}
	v.followers[key] = f
	// Also one whose first batch could not be told is to be forgotten.
	context.AfterFunc(ctx, func() { v.detach(key, f) })
	return nil
}

func (v *Server) detach(key followerKey, f *follower) {
	f.stop()
	v.mu.Lock()
	is := v.followers[key] == f
	if is {
		delete(v.followers, key)
	}
	v.mu.Unlock()
	if is {
		f.mu.Lock()
		told, left := f.told, f.gone
		f.mu.Unlock()
		v.rooms.Quiet(f.run, key.speaking(), told, left)
	}
}

// unfollow stops a follower that has said so much in the room of its run.
func (v *Server) unfollow(key followerKey, said int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if f := v.followers[key]; f != nil {
		v.rooms.Said(f.run, key.speaking(), said)
		f.leave()
	}
}

// Left forgets a client that went offline.
func (v *Server) Left(who session.JID) {
	v.texts.forget(who)
	v.mu.Lock()
	defer v.mu.Unlock()
	for key, f := range v.followers {
		if key.peer == who {
			f.leave()
		}
	}
}
