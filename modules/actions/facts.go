package actions

import (
	"context"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/host/facts"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

func factsSignature() *interp.Signature {
	return &interp.Signature{
		Name: "ctx.host.facts", Returns: "facts",
		Doc: "What the host is: .cpus, .memory (bytes), .interfaces (each with .name, .addresses, .mac), .disks (each with .name, .size in bytes), .fqdn, " +
			".virtualization (\"none\", \"kvm\", \"lxc\", …), .kernel, .architecture (\"amd64\"). A suggestion may ask for it, too. On a simulated host they are always the same.",
	}
}

// facts is the function of ctx.host. It changes nothing, so everybody may call it.
func (c *call) facts(ctx context.Context) starlark.Value {
	sig := factsSignature()
	return starlark.NewBuiltin(sig.Name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := sig.Unpack(args, kwargs); err != nil {
			return nil, err
		}
		if c.Me.Simulated || c.by.Machine == nil {
			return newFacts(simulatedFacts(c.Me)), nil
		}
		var f facts.Facts
		interp.Waiting(t, func() { f = facts.Read(ctx) })
		return newFacts(f), nil
	})
}

// simulatedFacts are those of a small virtual machine.
func simulatedFacts(me spec.Info) facts.Facts {
	return facts.Facts{
		CPUs: 2, Memory: 4 << 30, FQDN: string(me.Host), Virtualization: "kvm", Kernel: "6.1.0-18-amd64", Architecture: "amd64",
		Interfaces: []facts.Interface{{Name: "eth0", Addresses: []string{me.Address}, MAC: "52:54:00:00:00:01"}},
		Disks:      []facts.Disk{{Name: "vda", Size: 20 << 30}},
	}
}

func newFacts(f facts.Facts) starlark.Value {
	var interfaces, disks []starlark.Value
	for _, i := range f.Interfaces {
		var addresses []starlark.Value
		for _, a := range i.Addresses {
			addresses = append(addresses, starlark.String(a))
		}
		interfaces = append(interfaces, interp.NewStruct("interface", starlark.StringDict{
			"name": starlark.String(i.Name), "addresses": starlark.NewList(addresses), "mac": starlark.String(i.MAC),
		}))
	}
	for _, d := range f.Disks {
		disks = append(disks, interp.NewStruct("disk", starlark.StringDict{"name": starlark.String(d.Name), "size": starlark.MakeInt64(d.Size)}))
	}
	return interp.NewStruct("facts", starlark.StringDict{
		"cpus": starlark.MakeInt(f.CPUs), "memory": starlark.MakeInt64(f.Memory), "interfaces": starlark.NewList(interfaces),
		"disks": starlark.NewList(disks), "fqdn": starlark.String(f.FQDN), "virtualization": starlark.String(f.Virtualization),
		"kernel": starlark.String(f.Kernel), "architecture": starlark.String(f.Architecture),
	})
}
