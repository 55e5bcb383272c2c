package saml

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/xmltree"
)

// Metadata is what a metadata document says: who may issue responses, and by
// which keys they are signed.
type Metadata struct {
	EntityIDs []string
	Keys      []Key
}

// Key is a certificate of an identity provider for signing. Its dates do not
// matter.
type Key struct {
	EntityID    string
	Certificate *x509.Certificate
}

// The limits of one document.
const (
	mostIdPs  = 10
	mostKeys  = 10
	minRSA    = 1024 // bits
	maxRSA    = 8192
	maxEntity = 1024 // characters of an entity id, as SAML has it
)

// metadataLimits leave it to the API how many characters there are: 10,000,000,
// of up to four bytes.
var metadataLimits = xmltree.Limits{Bytes: 40_000_000, Depth: 100, Nodes: 200_000}

// ParseMetadata reads a metadata document: an EntityDescriptor with an
// IDPSSODescriptor, or an EntitiesDescriptor with several. Its own signature,
// validUntil and cacheDuration have no effect, nor have the dates of its
// certificates.
func ParseMetadata(document []byte) (*Metadata, error) {
	root, err := xmltree.Parse(document, metadataLimits)
	if err != nil {
		return nil, fmt.Errorf("reading metadata: %w", err)
	}
	m := new(Metadata)
	root.Walk(func(e *xmltree.Element) {
		if e.Is(metadataSpace, "EntityDescriptor") && err == nil {
			err = m.addEntity(e)
		}
	})
	if err != nil {
		return nil, err
	}
	if !root.Is(metadataSpace, "EntityDescriptor") && !root.Is(metadataSpace, "EntitiesDescriptor") {
		return nil, fmt.Errorf("the root element is not EntityDescriptor or EntitiesDescriptor")
	}
	if len(m.EntityIDs) == 0 {
		return nil, fmt.Errorf("it describes no identity provider: no IDPSSODescriptor")
	}
	return m, nil
}

func (m *Metadata) addEntity(e *xmltree.Element) error {
	roles := e.All(metadataSpace, "IDPSSODescriptor")
	if len(roles) == 0 {
		return nil
	}
	id, _ := e.Attr("entityID")
	if id == "" || len(id) > maxEntity || slices.Contains(m.EntityIDs, id) {
		return fmt.Errorf("an entityID is missing, too long, or given twice")
	}
	if m.EntityIDs = append(m.EntityIDs, id); len(m.EntityIDs) > mostIdPs {
		return fmt.Errorf("it describes more than %d identity providers", mostIdPs)
	}
	before := len(m.Keys)
	for _, role := range roles {
		for _, d := range role.All(metadataSpace, "KeyDescriptor") {
			if use, ok := d.Attr("use"); ok && use != "signing" {
				continue
			}
			if err := m.addKeys(id, d); err != nil {
				return err
			}
		}
	}
	if len(m.Keys) == before {
		return fmt.Errorf("identity provider %.200q has no certificate for signing", id)
	}
	return nil
}

func (m *Metadata) addKeys(id string, descriptor *xmltree.Element) error {
	for _, info := range descriptor.All(signatureSpace, "KeyInfo") {
		for _, data := range info.All(signatureSpace, "X509Data") {
			for _, e := range data.All(signatureSpace, "X509Certificate") {
				der, err := base64Value(e)
				if err != nil {
					return err
				}
				c, err := parseCertificate(der)
				if err != nil {
					return err
				}
				if m.has(id, c) {
					continue
				}
				if m.Keys = append(m.Keys, Key{id, c}); len(m.Keys) > mostKeys {
					return fmt.Errorf("it has more than %d keys", mostKeys)
				}
			}
		}
	}
	return nil
}

func (m *Metadata) has(id string, c *x509.Certificate) bool {
	return slices.ContainsFunc(m.Keys, func(k Key) bool { return k.EntityID == id && k.Certificate.Equal(c) })
}

func parseCertificate(der []byte) (*x509.Certificate, error) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("a certificate: %s", strings.TrimPrefix(err.Error(), "x509: "))
	}
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < minRSA || bits > maxRSA {
			return nil, fmt.Errorf("a certificate: RSA key of %d bits, from %d to %d are taken", bits, minRSA, maxRSA)
		}
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() && k.Curve != elliptic.P384() {
			return nil, fmt.Errorf("a certificate: curve %s, P-256 and P-384 are taken", k.Curve.Params().Name)
		}
	default:
		return nil, fmt.Errorf("a certificate: its key is neither RSA nor ECDSA")
	}
	return c, nil
}
