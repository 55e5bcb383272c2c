package oidc

import "net/netip"

// Addresses that a fetch must not reach: whoever can name an issuer, or answer
// for its name, would make the service look into its operator's network.

func prefixes(list ...string) (all []netip.Prefix) {
	for _, p := range list {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

var (
	// never are addresses where no issuer is: this host and network, link-local
	// ones (where clouds keep their metadata), multicast, reserved.
	never = prefixes(
		"0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", // to 255.255.255.255
		"::/128", "fe80::/10", "ff00::/8", "::ffff:0:0/96",
	)
	// inside are those of the operator's own machines and networks, and those
	// that only documentation, benchmarks and translators use.
	inside = prefixes(
		"10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
		"192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	)
	// global is the only part of IPv6 that is routed between networks.
	global = netip.MustParsePrefix("2000::/3")
)

func in(list []netip.Prefix, a netip.Addr) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// mayReach reports whether an address may be fetched from; private allows the
// operator's own networks.
func mayReach(a netip.Addr, private bool) bool {
	if !a.IsValid() || a.Zone() != "" || in(never, a) {
		return false
	}
	if private {
		return true
	}
	return !in(inside, a) && (a.Is4() || global.Contains(a))
}
