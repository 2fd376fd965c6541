package view

import (
	"context"
	"errors"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/dbus"
	godbus "github.com/godbus/dbus/v5"

	"github.com/armonic/armonic/spec"
)

// lookTime is how long systemd may take to say how a unit is.
const lookTime = 20 * time.Second

// systemd connects to it. The caller closes the connection.
func systemd(ctx context.Context) (*dbus.Conn, error) {
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return nil, spec.Errorf(spec.Unavailable, "systemd does not run on this host").
			WithHint("services are changed through it; without it use ctx.host.run")
	}
	conn, err := dbus.NewWithContext(ctx)
	if err != nil {
		return nil, spec.Errorf(spec.Unavailable, "cannot reach systemd: %v", err).WithHint("does D-Bus run? The agent needs to be root")
	}
	return conn, nil
}

// isUnit reports whether a path is that of a unit or of a part of one.
func isUnit(p string) bool { return strings.HasPrefix(p, UnitDirectory+"/") }

// reloadUnits has systemd read its units again, of which one was changed. It does so
// whatever systemd says of whether that is needed: it does not see all that is new. Where
// it does not run it will read them when it does.
func reloadUnits(ctx context.Context, changed string) error {
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return nil
	}
	conn, err := systemd(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := readAgain(ctx, conn); err != nil {
		return err
	}
	if u, err := look(ctx, conn, path.Base(changed)); err == nil && !u.exists() {
		_ = conn.ResetFailedUnitContext(ctx, u.name) // else it would be there still
	}
	return nil
}

func readAgain(ctx context.Context, conn *dbus.Conn) error {
	if err := conn.ReloadContext(ctx); err != nil {
		return spec.Errorf(spec.Failed, "systemd cannot read its units again: %v", err)
	}
	return nil
}

// unit is what systemd knows of one.
type unit struct {
	conn *dbus.Conn
	name string // with its suffix
	all  map[string]any
}

// look reads all of a unit.
func look(ctx context.Context, conn *dbus.Conn, name string) (unit, error) {
	u := unit{conn: conn, name: UnitName(name)}
	err := u.again(ctx)
	return u, err
}

// fresh reads all of a unit after systemd has read its files again. Its connection is to be
// closed.
func fresh(ctx context.Context, name string) (unit, error) {
	if err := CheckService(name); err != nil {
		return unit{}, err
	}
	conn, err := systemd(ctx)
	if err != nil {
		return unit{}, err
	}
	var u unit
	if err = readAgain(ctx, conn); err == nil {
		u, err = look(ctx, conn, name)
	}
	if err != nil {
		conn.Close()
	}
	return u, err
}

func (u *unit) again(ctx context.Context) error {
	all, err := u.conn.GetAllPropertiesContext(ctx, u.name)
	if err != nil {
		return unitError("look at", u.name, err)
	}
	u.all = all
	return nil
}

func (u *unit) text(property string) string { s, _ := u.all[property].(string); return s }
func (u *unit) yes(property string) bool    { b, _ := u.all[property].(bool); return b }

// exists reports whether there is such a unit. One whose file was removed may still run.
func (u *unit) exists() bool {
	return u.text("LoadState") != "not-found" || u.text("ActiveState") != "inactive" && u.text("ActiveState") != "failed"
}

func (u *unit) state() ServiceState { return ServiceState{u.boot(), u.now()} }

// boot is the word for its unit file. One of a script has the links of the script.
func (u *unit) boot() string {
	word := u.text("UnitFileState")
	if script, ok := u.script(); ok {
		return sysvPrefix + sysvLinks(script)
	}
	if word == "" {
		return u.text("LoadState")
	}
	return word
}

// script is the one in /etc/init.d that a unit was made of.
func (u *unit) script() (name string, ok bool) {
	dir, name := path.Split(u.text("SourcePath"))
	return name, u.text("UnitFileState") == "generated" && dir == "/etc/init.d/"
}

func (u *unit) now() string {
	switch u.text("ActiveState") {
	case "active", "reloading", "refreshing":
		return Running
	case "activating":
		if strings.HasPrefix(u.text("SubState"), "auto-restart") {
			return Restarting
		}
		return Starting
	case "deactivating":
		return Stopping
	case "failed":
		return FailedNow
	}
	if u.text("Type") != "oneshot" || u.yes("RemainAfterExit") {
		return Stopped
	}
	if ran, _ := u.all["ExecMainStartTimestampMonotonic"].(uint64); ran > 0 {
		return Finished
	}
	return Idle // systemd forgets what nothing needs
}

// getService gives how a service is, nothing if there is none.
func getService(name string) (Object, error) {
	if err := CheckService(name); err != nil {
		return Object{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	conn, err := systemd(ctx)
	if err != nil {
		return Object{}, err
	}
	defer conn.Close()
	u, err := look(ctx, conn, name)
	if err != nil || !u.exists() {
		return Object{}, err
	}
	return Object{Kind: Service, Content: u.state().String()}, nil
}

// putService brings a service to a state: its unit file first if it is to run, and last if
// it is to stop.
func (r Real) putService(ctx context.Context, name string, o Object) error {
	u, err := fresh(ctx, name)
	if err != nil {
		return err
	}
	defer u.conn.Close()
	want := ParseService(o.Content)
	if o.Kind == Nothing {
		want = ServiceState{u.state().WithBoot(false).Boot, Stopped}
	}
	if u.text("LoadState") == "not-found" && want.Boot != Enabled && !want.IsRunning() {
		want.Boot = u.boot()
	}
	if !want.IsRunning() {
		if err := r.stop(ctx, &u); err != nil {
			return err
		}
	}
	if err := r.putBoot(ctx, &u, want.Boot); err != nil {
		return err
	}
	if u.text("LoadState") == "not-found" && !want.IsRunning() { // what is left of one that was removed
		_, _ = u.conn.DisableUnitFilesContext(ctx, []string{u.name}, false)
		_ = u.conn.ResetFailedUnitContext(ctx, u.name)
		return ctx.Err()
	}
	if want.IsRunning() && !u.state().IsRunning() {
		return r.job(ctx, &u, start)
	}
	return nil
}

// stop stops a unit, also one that is to be started again and again.
func (r Real) stop(ctx context.Context, u *unit) error {
	if u.now() == FailedNow {
		_ = u.conn.ResetFailedUnitContext(ctx, u.name) // it may not be known any more
		return nil
	}
	if u.state().IsStopped() {
		return nil
	}
	return r.job(ctx, u, stop)
}

// putBoot enables or disables a unit.
func (r Real) putBoot(ctx context.Context, u *unit, want string) error {
	is := u.boot()
	if is == want {
		return nil
	}
	if sysv, ok := strings.CutPrefix(want, sysvPrefix); ok && strings.HasPrefix(is, sysvPrefix) {
		script, _ := u.script()
		if err := r.putSysvLinks(ctx, script, sysv); err != nil {
			return err
		}
		return readAgain(ctx, u.conn)
	}
	var err error
	switch {
	case is == Disabled && want == Enabled:
		_, _, err = u.conn.EnableUnitFilesContext(ctx, []string{u.name}, false, false)
	case is == Enabled && want == Disabled:
		_, err = u.conn.DisableUnitFilesContext(ctx, []string{u.name}, false)
	case u.text("LoadState") == "not-found":
		return noService(u.name)
	default:
		return spec.Errorf(spec.Conflict, "%s is %s, and cannot be made %s", u.name, is, want).
			WithHint("only what is enabled or disabled can be switched; see systemctl cat %s", u.name)
	}
	if err != nil {
		return unitError("change", u.name, err)
	}
	return readAgain(ctx, u.conn) // until then it says how it was
}

func noService(name string) error {
	return spec.Errorf(spec.NotFound, "there is no service %s", strings.TrimSuffix(name, ".service")).
		WithHint("install its package, or write it with ctx.host.unit, before")
}

// unitError says what systemd refused.
func unitError(what, name string, err error) error {
	var refused godbus.Error
	if !errors.As(err, &refused) {
		return spec.Errorf(spec.Failed, "cannot %s %s: %v", what, name, err)
	}
	switch strings.TrimPrefix(refused.Name, "org.freedesktop.systemd1.") {
	case "NoSuchUnit":
		return noService(name)
	case "UnitMasked":
		return spec.Errorf(spec.Conflict, "cannot %s %s: it is masked", what, name).
			WithHint(`somebody wants it never to run; if that is over: systemctl unmask %s`, name)
	case "BadUnitSetting":
		return spec.Errorf(spec.Invalid, "cannot %s %s: its unit has an error", what, name).WithHint("systemd-analyze verify %s names it", name)
	case "JobTypeNotApplicable":
		return spec.Errorf(spec.Conflict, "cannot %s %s: its unit offers no such thing", what, name)
	}
	text := refused.Error()
	if slices.Contains([]string{"", refused.Name}, text) {
		text = strings.TrimPrefix(refused.Name, "org.freedesktop.systemd1.")
	}
	return spec.Errorf(spec.Failed, "cannot %s %s: %s", what, name, text)
}
