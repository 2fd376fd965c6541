package actions

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/host/probe"
	"github.com/armonic/armonic/modules/interp"
)

func checkHTTPSignature() *interp.Signature {
	return &interp.Signature{Name: "ctx.host.check_http", Positional: 1, Required: 1, Returns: "None",
		Doc: "Waits until a URL is answered as it should." + checkDoc,
		Params: []interp.Parameter{
			interp.Param("url", "str", "", "What is asked for, as seen from this host; no proxy is used."),
			interp.Param("status", "int", "200", "The status of the answer."),
			interp.Param("host", "str", "\"\"", "The name of the site, if it is another than in url."),
			interp.Param("contains", "str", "\"\"", "A text that is in the first MiB of the answer."),
			interp.Param("follow", "bool", "False", "Whether redirections are followed; else one is an answer such as any other."),
			timeoutParam(),
		}}
}

// checkHTTP reads the arguments of check_http.
func (c *call) checkHTTP(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (k check, err error) {
	k.sig = checkHTTPSignature()
	var r probe.Request
	var contains string
	var timeout starlark.Value
	status := 200
	if err := k.sig.Unpack(args, kwargs, &r.URL, &status, &r.Host, &contains, &r.Follow, &timeout); err != nil {
		return k, err
	}
	for name, text := range map[string]string{"url": r.URL, "host": r.Host, "contains": contains} {
		if err := c.open(k.sig, name, text); err != nil {
			return k, err
		}
	}
	if err := r.Check(); err != nil {
		return k, failed(k.sig, err.Error(), "write http://127.0.0.1:80/")
	}
	k.what = fmt.Sprintf("%s answers %d", r.URL, status)
	if r.Host != "" {
		k.what += " for " + r.Host
	}
	if contains != "" {
		k.what += " and " + strconv.Quote(contains)
	}
	k.try = func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, longestProbe)
		defer cancel()
		a, err := probe.HTTP(ctx, r)
		switch {
		case err != nil:
			return answerOf(err), nil
		case a.Status != status:
			return strconv.Itoa(a.Status), nil
		case !strings.Contains(a.Body, contains):
			return fmt.Sprintf("%d, without that text", a.Status), nil
		}
		return "", nil
	}
	k.timeout, err = seconds(k.sig, timeout)
	return k, err
}
