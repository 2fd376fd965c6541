package web

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/web"
)

// serving is one run of `armonic web`.
type serving struct {
	*settings.Global
	output.Streams
	listen    string
	cert, key string
	names     []string
	readOnly  bool
}

// Command is `armonic web`.
func Command(g *settings.Global, s output.Streams) *cobra.Command {
	w := &serving{Global: g, Streams: s}
	c := &cobra.Command{
		Use:   "web",
		Short: "Serve the web front end",
		Long: `Serve the same fleet, plans and deployments as armonic tui to a browser. Without --cert it is
for you alone: it listens on this machine, and prints a link that is good for one login. With
--cert and --key it is for everybody who has an account on the XMPP server: each logs in
with their own, and may do what that account may do.`,
		Example: "  armonic web --demo\n  armonic web --listen :8443 --cert web.pem --key web.key --name deploy.example.org",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return w.run(c.Context()) },
	}
	f := c.Flags()
	f.StringVar(&w.listen, "listen", "127.0.0.1:8420", "where browsers connect: `ADDRESS:PORT`; port 0 takes a free one")
	f.StringVar(&w.cert, "cert", "", "a `FILE` with the certificate, and those between it and its authority")
	f.StringVar(&w.key, "key", "", "a `FILE` with the key of the certificate")
	f.StringSliceVar(&w.names, "name", nil, "a `NAME` that browsers may ask for besides the address (repeatable)")
	f.BoolVar(&w.readOnly, "read-only", false, "only look: nothing is changed")
	return c
}

func (w *serving) run(ctx context.Context) error {
	if (w.cert == "") != (w.key == "") {
		return spec.Errorf(spec.Invalid, "--cert and --key belong together")
	}
	host, err := connect.ListenHost("--listen", w.listen)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); w.cert == "" && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return spec.Errorf(spec.Invalid, "--listen %s can be reached from other machines: that needs --cert and --key", w.listen).
			WithHint("passwords would be readable on the wire; or listen on 127.0.0.1, and reach it through ssh -L")
	}
	l, err := connect.Listen(ctx, "--listen", w.listen)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // Serve has closed it already, unless it was not reached
	conf, scheme, err := w.config(ctx, l.Addr().String())
	if err != nil {
		return err
	}
	if scheme == "https" {
		pair, err := tls.LoadX509KeyPair(w.cert, w.key)
		if err != nil {
			if conf.Own != nil && conf.Own.Close != nil {
				conf.Own.Close()
			}
			return spec.Errorf(spec.Invalid, "cannot read the certificate: %v", err)
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}})
	}
	site := web.New(conf)
	defer site.Close()
	at := scheme + "://" + conf.Hosts[0]
	if conf.Own != nil {
		output.Printf(w.Out, "%s%s\n", at, site.Link())
		output.Printf(w.Err, "This link is good for one login, from this machine. Ctrl-C ends the server.\n")
	} else {
		output.Printf(w.Out, "%s\n", at)
		output.Printf(w.Err, "Whoever has an account on the server can log in. Ctrl-C ends the server.\n")
	}
	return serve(ctx, l, site)
}

// serve answers until ctx ends.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx }, // so that pages that are watched end, too
		ErrorLog:    slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo),
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(stop); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	_ = srv.Close()
	return nil
}

// config says for whom it is, and under which names.
func (w *serving) config(ctx context.Context, at string) (conf web.Config, scheme string, err error) {
	_, port, err := net.SplitHostPort(at)
	if err != nil {
		return conf, "", err
	}
	conf = web.Config{ReadOnly: w.readOnly, Log: slog.New(slog.NewTextHandler(w.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	groups, err := w.Groups()
	if err != nil {
		return conf, "", err
	}
	demands, err := w.Demands()
	if err != nil {
		return conf, "", err
	}
	if !w.Demo && !w.Local {
		conf.Approvers = settings.ParseApprovers
	}
	if w.cert == "" {
		for _, name := range append([]string{"127.0.0.1", "localhost", "[::1]"}, w.names...) {
			conf.Hosts = append(conf.Hosts, name+":"+port)
		}
		fleet, closeFleet, err := connect.Open(ctx, w.Global, w.Streams, true)
		if err != nil {
			return conf, "", err
		}
		conf.Own = &web.Desk{Who: settings.Operator(), Fleet: fleet, Groups: groups, Seal: w.Keys(), Demands: demands, Close: closeFleet}
		if !w.Demo {
			conf.Own.Logs = w.Deployments()
		}
		return conf, "http", nil
	}
	for _, name := range w.names {
		conf.Hosts = append(conf.Hosts, name+":"+port)
		if port == "443" {
			conf.Hosts = append(conf.Hosts, name)
		}
	}
	if len(conf.Hosts) == 0 {
		return conf, "", spec.Errorf(spec.Invalid, "--name is missing: under which name do browsers ask for it?").WithHint("the one in the certificate, such as deploy.example.org")
	}
	if w.Demo || w.Local {
		return conf, "", spec.Errorf(spec.Invalid, "--demo and --local have no accounts to log in with").WithHint("leave --cert and --key out")
	}
	conf.Secure, conf.Login = true, w.login
	return conf, "https", nil
}

// login opens a session of somebody's own account: the agents decide what it may do.
func (w *serving) login(ctx context.Context, account, password string) (*web.Desk, error) {
	c, _, err := w.Client()
	if err != nil {
		return nil, err
	}
	groups, err := w.Groups()
	if err != nil {
		return nil, err
	}
	demands, err := w.Demands()
	if err != nil {
		return nil, err
	}
	fleet, err := connect.As(ctx, c, account, value.Secret(password), w.Streams)
	if err != nil {
		return nil, err
	}
	return &web.Desk{Who: account, Fleet: fleet, Groups: groups, Seal: w.Keys(), Logs: w.DeploymentsOf(account), Demands: demands, Close: fleet.Close}, nil
}
