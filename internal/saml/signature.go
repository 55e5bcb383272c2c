package saml

import (
	"crypto"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/xmltree"
)

// signed is an element whose signature was verified.
type signed struct {
	root    *xmltree.Element // read anew, from the octets that were digested
	issuers []string         // the entities whose key it is
	method  string
}

// inclusiveMost is how many prefixes an InclusiveNamespaces may list.
const inclusiveMost = 16

// signedInfo is what a signature says of itself.
type signedInfo struct {
	form       xmltree.Form // of SignedInfo itself
	method     method
	methodName string
	uri        string
	content    xmltree.Form // of what is signed
	hash       crypto.Hash
	digest     []byte
}

// verifyEnveloped verifies the signature sig of parent, which it is a child of.
// Errors say what is wrong and are of one kind: BadSignature.
func verifyEnveloped(parent, sig *xmltree.Element, keys []Key) (*signed, error) {
	raw, value, err := signatureParts(sig)
	if err != nil {
		return nil, err
	}
	way, err := raw.One(signatureSpace, "CanonicalizationMethod")
	if err != nil {
		return nil, err
	}
	form, err := canonicalForm(way)
	if err != nil {
		return nil, err
	}
	octets, err := raw.Canonical(form, canonicalLimits.Bytes)
	if err != nil {
		return nil, err
	}
	// From here on, the signature is what these octets say it is.
	read, err := xmltree.Parse(octets, canonicalLimits)
	if err != nil {
		return nil, err
	}
	info, err := parseSignedInfo(read)
	if err != nil {
		return nil, err
	}
	out := &signed{method: info.methodName}
	if out.issuers = signers(info.method, keys, octets, value); len(out.issuers) == 0 {
		return nil, fmt.Errorf("no key of the metadata made it (%s)", info.methodName)
	}
	if id, _ := parent.Attr("ID"); id == "" || info.uri != "#"+id {
		return nil, fmt.Errorf("it is over another element than the one it is in")
	}
	info.content.Omit = sig
	content, err := parent.Canonical(info.content, canonicalLimits.Bytes)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(sum(info.hash, content), info.digest) != 1 {
		return nil, fmt.Errorf("the %s was changed after it was signed", parent.Local)
	}
	out.root, err = xmltree.Parse(content, canonicalLimits)
	return out, err
}

// signers returns the entities whose key made the signature.
func signers(m method, keys []Key, octets, value []byte) []string {
	digest := sum(m.hash, octets)
	var issuers []string
	for _, k := range keys {
		if !slices.Contains(issuers, k.EntityID) && m.verify(k.Certificate.PublicKey, digest, value) {
			issuers = append(issuers, k.EntityID)
		}
	}
	return issuers
}

// signatureParts returns what a Signature consists of: SignedInfo,
// SignatureValue, and KeyInfo perhaps, which is not looked at.
func signatureParts(sig *xmltree.Element) (info *xmltree.Element, value []byte, err error) {
	parts := sig.Elements()
	if len(parts) != 2 && len(parts) != 3 || !parts[0].Is(signatureSpace, "SignedInfo") || !parts[1].Is(signatureSpace, "SignatureValue") ||
		len(parts) == 3 && !parts[2].Is(signatureSpace, "KeyInfo") {
		return nil, nil, fmt.Errorf("its parts are not SignedInfo, SignatureValue and at most one KeyInfo")
	}
	value, err = base64Value(parts[1])
	return parts[0], value, err
}

// base64Value decodes the text of an element, which may be broken into lines.
func base64Value(e *xmltree.Element) ([]byte, error) {
	text, err := e.Value()
	if err != nil {
		return nil, err
	}
	text = strings.Join(strings.Fields(text), "")
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(data) == 0 {
		return nil, fmt.Errorf("%s is not base64", e.Local)
	}
	return data, nil
}

func parseSignedInfo(e *xmltree.Element) (info signedInfo, err error) {
	parts := e.Elements()
	if len(parts) != 3 || !parts[0].Is(signatureSpace, "CanonicalizationMethod") || !parts[1].Is(signatureSpace, "SignatureMethod") ||
		!parts[2].Is(signatureSpace, "Reference") {
		return info, fmt.Errorf("the parts of SignedInfo are not CanonicalizationMethod, SignatureMethod and one Reference")
	}
	if info.form, err = canonicalForm(parts[0]); err != nil {
		return info, err
	}
	info.methodName, _ = parts[1].Attr("Algorithm")
	var ok bool
	if info.method, ok = methods[info.methodName]; !ok || len(parts[1].Elements()) > 0 {
		return info, fmt.Errorf("signature method %.100q is not one that is taken", info.methodName)
	}
	return info, info.parseReference(parts[2])
}

func (info *signedInfo) parseReference(ref *xmltree.Element) (err error) {
	parts := ref.Elements()
	if len(parts) != 3 || !parts[0].Is(signatureSpace, "Transforms") || !parts[1].Is(signatureSpace, "DigestMethod") ||
		!parts[2].Is(signatureSpace, "DigestValue") {
		return fmt.Errorf("the parts of Reference are not Transforms, DigestMethod and DigestValue")
	}
	info.uri, _ = ref.Attr("URI")
	transforms := parts[0].Elements()
	if len(transforms) != 2 || !transforms[0].Is(signatureSpace, "Transform") || !transforms[1].Is(signatureSpace, "Transform") {
		return fmt.Errorf("the transforms are not two")
	}
	if name, _ := transforms[0].Attr("Algorithm"); name != envelopedName || len(transforms[0].Elements()) > 0 {
		return fmt.Errorf("the first transform is not the enveloped signature's")
	}
	if info.content, err = canonicalForm(transforms[1]); err != nil {
		return err
	}
	name, _ := parts[1].Attr("Algorithm")
	var ok bool
	if info.hash, ok = digests[name]; !ok || len(parts[1].Elements()) > 0 {
		return fmt.Errorf("digest method %.100q is not one that is taken", name)
	}
	if info.digest, err = base64Value(parts[2]); err != nil {
		return err
	}
	if len(info.digest) != info.hash.Size() {
		return fmt.Errorf("DigestValue has not the length of its method")
	}
	return nil
}

// canonicalForm reads a CanonicalizationMethod or Transform, which must be
// exclusive canonicalization.
func canonicalForm(e *xmltree.Element) (form xmltree.Form, err error) {
	switch name, _ := e.Attr("Algorithm"); name {
	case withoutComment:
	case withComments:
		form.Comments = true
	default:
		return form, fmt.Errorf("canonicalization or transform %.100q is not one that is taken", name)
	}
	parts := e.Elements()
	if len(parts) == 0 {
		return form, nil
	}
	if len(parts) > 1 || !parts[0].Is(exclusiveC14N, "InclusiveNamespaces") || len(parts[0].Elements()) > 0 {
		return form, fmt.Errorf("%s has parameters that are not known", e.Local)
	}
	list, _ := parts[0].Attr("PrefixList")
	form.Inclusive = strings.Fields(list)
	if len(form.Inclusive) > inclusiveMost {
		return form, fmt.Errorf("%s lists more than %d prefixes", e.Local, inclusiveMost)
	}
	for i, prefix := range form.Inclusive {
		if prefix == "#default" {
			form.Inclusive[i] = ""
		}
	}
	return form, nil
}
