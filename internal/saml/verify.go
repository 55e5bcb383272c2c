package saml

import (
	"slices"
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/proof"
	"github.com/daypass/daypass/internal/xmltree"
)

// Check is what a response must pass.
type Check struct {
	Metadata *Metadata
	Site     Site
	Keys     []*PrivateKey // open encrypted assertions; tried in order, the newest first
	Required bool          // refuses assertions that are not encrypted
}

// Tolerances of time: how old a response may be, and by how much the clock of a
// provider may be ahead of ours.
const (
	freshness = 5 * time.Minute
	skew      = time.Minute
)

// Verify checks a response and returns what it says. The error is an [*Error].
func Verify(response []byte, c *Check, now time.Time, r *proof.Report) (*Assertion, error) {
	v := &verifier{Check: c, now: now, report: r}
	for _, step := range []func() error{
		func() error { return v.open(response) },
		v.checkResponseSignature, v.checkAnswered, v.decrypt, v.checkAssertionSignature,
		v.checkIssuer, v.checkStatus, v.checkVersion, v.checkIssued, v.checkConditions, v.checkSubject, v.readStatements,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &v.out, nil
}

// verifier is a response on its way. Elements named "raw" are as they came;
// those without are read from octets that a signature is over, but for response
// when only the assertion is signed.
type verifier struct {
	*Check
	now    time.Time
	report *proof.Report

	raw          *shape
	rawAssertion *xmltree.Element // decrypted when it was encrypted
	rawSignature *xmltree.Element // of the assertion
	response     *xmltree.Element
	assertion    *xmltree.Element
	signedBy     [][]string // for each signature, the entities whose it can be
	out          Assertion
}

func (v *verifier) open(response []byte) error {
	root, err := xmltree.Parse(response, responseLimits)
	if err != nil {
		return refuse(Malformed, "XML", err.Error(), "a Response in XML")
	}
	if !root.Is(protocolSpace, "Response") {
		return refuse(Malformed, "root element", proof.Quote(root.Local), "a Response of SAML 2.0")
	}
	if v.raw, err = shapeOf(root, nil); err != nil {
		return refuse(BadSignature, "shape", err.Error(), "one Response with one Assertion, signatures directly in them, and no id twice")
	}
	v.report.Pass("XML", strconv.Itoa(len(response))+" bytes")
	v.response = root
	return nil
}

func (v *verifier) verify(parent, sig *xmltree.Element) (*xmltree.Element, error) {
	s, err := verifyEnveloped(parent, sig, v.Metadata.Keys)
	if err != nil {
		return nil, refuse(BadSignature, "signature of the "+parent.Local, err.Error(), "a signature by a key of the provider's metadata")
	}
	v.signedBy = append(v.signedBy, s.issuers)
	v.report.Pass("signature of the "+parent.Local, s.method)
	return s.root, nil
}

func (v *verifier) checkResponseSignature() (err error) {
	if v.raw.responseSignature != nil {
		v.response, err = v.verify(v.raw.response, v.raw.responseSignature)
	}
	return err
}

// checkAnswered refuses a response without an assertion, which is how providers
// say no.
func (v *verifier) checkAnswered() error {
	if v.raw.assertion != nil {
		return nil
	}
	if err := v.checkStatus(); err != nil {
		return err
	}
	return refuse(BadSignature, "shape", "no Assertion", "one Assertion")
}

// decrypt opens an encrypted assertion. Until its signature is verified, every
// failure is the same to the caller: what differs would tell of the plaintext.
func (v *verifier) decrypt() error {
	v.rawAssertion, v.rawSignature = v.raw.assertion, v.raw.assertionSignature
	if !v.raw.encrypted {
		if v.Required {
			return refuse(BadSignature, "encryption", "an assertion that is not encrypted", "an encrypted one: the provider's mode is Required")
		}
		return nil
	}
	e := v.raw.assertion
	if len(v.signedBy) > 0 { // as the Response's signature covers it
		var err error
		if e, err = v.response.One(assertionSpace, "EncryptedAssertion"); err != nil {
			return refuse(BadSignature, "encryption", err.Error(), "one EncryptedAssertion")
		}
	}
	root, err := decrypt(e, v.Keys)
	if err != nil {
		return refuse(BadSignature, "encryption", err.Error(), "an assertion that one of the provider's private keys opens")
	}
	inner, err := shapeOf(root, v.raw.ids)
	if err != nil {
		return refuse(BadSignature, "shape of the decrypted assertion", err.Error(), "one Assertion with its signature directly in it, and no id twice")
	}
	v.rawAssertion, v.rawSignature, v.out.Encrypted = root, inner.assertionSignature, true
	v.report.Pass("encryption", "decrypted")
	return nil
}

func (v *verifier) checkAssertionSignature() (err error) {
	switch {
	case v.rawSignature != nil:
		v.assertion, err = v.verify(v.rawAssertion, v.rawSignature)
	case len(v.signedBy) == 0:
		return refuse(BadSignature, "signature", "none", "a signature of the Response or of its Assertion")
	case v.raw.encrypted:
		v.assertion = v.rawAssertion // the signature is over what was decrypted
	default:
		if v.assertion, err = v.response.One(assertionSpace, "Assertion"); err != nil {
			return refuse(BadSignature, "shape", err.Error(), "one Assertion")
		}
	}
	return err
}

func (v *verifier) checkIssuer() error {
	issuer, err := issuerOf(v.assertion)
	if err != nil {
		return refuse(BadIssuer, "issuer of the Assertion", err.Error(), "one Issuer")
	}
	if !slices.Contains(v.Metadata.EntityIDs, issuer) {
		return refuse(BadIssuer, "issuer of the Assertion", proof.Quote(issuer), proof.QuoteAll(v.Metadata.EntityIDs))
	}
	for _, entities := range v.signedBy {
		if !slices.Contains(entities, issuer) {
			return refuse(BadSignature, "signature", "made by "+proof.QuoteAll(entities), "made by the issuer, "+proof.Quote(issuer))
		}
	}
	if len(v.response.All(assertionSpace, "Issuer")) > 0 {
		if other, err := issuerOf(v.response); err != nil || other != issuer {
			return refuse(BadIssuer, "issuer of the Response", proof.Quote(other), proof.Quote(issuer)+", as in the Assertion")
		}
	}
	v.out.Issuer = issuer
	v.report.Pass("issuer", proof.Quote(issuer))
	return nil
}

const success = "urn:oasis:names:tc:SAML:2.0:status:Success"

func (v *verifier) checkStatus() error {
	saw := "none"
	status, err := v.response.One(protocolSpace, "Status")
	if err == nil {
		var code *xmltree.Element
		if code, err = status.One(protocolSpace, "StatusCode"); err == nil {
			saw, _ = code.Attr("Value")
		}
	}
	if err != nil || saw != success {
		return refuse(BadStatus, "status", proof.Quote(saw), success)
	}
	v.report.Pass("status", "Success")
	return nil
}

func (v *verifier) checkVersion() error {
	for _, e := range []*xmltree.Element{v.response, v.assertion} {
		if version, _ := e.Attr("Version"); version != "2.0" {
			return refuse(BadClaims, "version of the "+e.Local, proof.Quote(version), "2.0")
		}
	}
	v.out.ID, _ = v.assertion.Attr("ID")
	return nil
}

// checkIssued wants the response to be young: both of its times count.
func (v *verifier) checkIssued() error {
	for _, e := range []*xmltree.Element{v.response, v.assertion} {
		check := "IssueInstant of the " + e.Local
		at, given, err := instant(e, "IssueInstant")
		switch {
		case err != nil || !given:
			return refuse(BadClaims, check, missing(err), "a time in UTC")
		case v.now.Sub(at) > freshness:
			return refuse(Stale, check, at.Format(time.RFC3339)+" at "+v.clock(), "at most 5 minutes ago")
		case at.Sub(v.now) > skew:
			return refuse(BadClaims, check, at.Format(time.RFC3339)+" at "+v.clock(), "a time that is not to come")
		}
		v.report.Pass(check, at.Format(time.RFC3339))
	}
	return nil
}

// missing words an error; without one, what is wrong is that nothing is there.
func missing(err error) string {
	if err == nil {
		return "none"
	}
	return err.Error()
}

func (v *verifier) clock() string { return v.now.UTC().Format(time.RFC3339) }

// checkTimes checks NotBefore and NotOnOrAfter of an element. Whether the
// latter must be there is told by needed.
func (v *verifier) checkTimes(e *xmltree.Element, needed bool) error {
	check := "times of " + e.Local
	from, given, err := instant(e, "NotBefore")
	if err != nil {
		return refuse(BadClaims, check, err.Error(), "a time in UTC")
	}
	if given && from.Sub(v.now) > skew {
		return refuse(BadClaims, check, "not before "+from.Format(time.RFC3339)+" at "+v.clock(), "a time that has come")
	}
	to, given, err := instant(e, "NotOnOrAfter")
	if err != nil || needed && !given {
		return refuse(BadClaims, check, missing(err), "NotOnOrAfter, a time in UTC")
	}
	if given && !v.now.Before(to) {
		return refuse(Expired, check, "not on or after "+to.Format(time.RFC3339)+" at "+v.clock(), "a time to come")
	}
	v.report.Pass(check, "now is "+v.clock())
	return nil
}

// checkConditions wants the assertion to be meant for us: all restrictions of
// audience must hold, and there must be one. A condition that is not known
// cannot be known to hold.
func (v *verifier) checkConditions() error {
	conditions, err := v.assertion.One(assertionSpace, "Conditions")
	if err != nil {
		return refuse(BadAudience, "audience", err.Error(), v.Site.wantAudience())
	}
	if err := v.checkTimes(conditions, false); err != nil {
		return err
	}
	restricted := false
	for _, e := range conditions.Elements() {
		switch {
		case e.Is(assertionSpace, "AudienceRestriction"):
			if err := v.checkAudience(e); err != nil {
				return err
			}
			restricted = true
		case e.Is(assertionSpace, "OneTimeUse"), e.Is(assertionSpace, "ProxyRestriction"):
		default:
			return refuse(BadClaims, "conditions", proof.Quote(e.Local), "conditions that are known")
		}
	}
	if !restricted {
		return refuse(BadAudience, "audience", "no AudienceRestriction", v.Site.wantAudience())
	}
	return nil
}

func (v *verifier) checkAudience(restriction *xmltree.Element) error {
	var names []string
	for _, e := range restriction.All(assertionSpace, "Audience") {
		name, err := trimmed(e)
		if err != nil {
			return refuse(BadAudience, "audience", err.Error(), v.Site.wantAudience())
		}
		names = append(names, name)
	}
	if !slices.ContainsFunc(names, v.Site.audience) {
		return refuse(BadAudience, "audience", proof.QuoteAll(names), v.Site.wantAudience())
	}
	v.report.Pass("audience", proof.QuoteAll(names))
	return nil
}

const bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

func (v *verifier) checkSubject() error {
	subject, err := v.assertion.One(assertionSpace, "Subject")
	if err != nil {
		return refuse(NoSubject, "subject", err.Error(), "one Subject")
	}
	if err := v.checkConfirmation(subject); err != nil {
		return err
	}
	id, err := subject.One(assertionSpace, "NameID")
	if err == nil {
		v.out.Subject, err = id.Value()
	}
	if err != nil {
		return refuse(NoSubject, "subject", err.Error(), "one NameID")
	}
	if v.out.Subject == "" {
		return refuse(NoSubject, "subject", "an empty NameID", "a name")
	}
	if v.out.Format, _ = id.Attr("Format"); v.out.Format == "" {
		v.out.Format = unspecified
	}
	v.report.Pass("subject", proof.Quote(v.out.Subject))
	return nil
}

// checkConfirmation wants one confirmation, by which whoever brings the
// response is the subject, at our address.
func (v *verifier) checkConfirmation(subject *xmltree.Element) error {
	const check = "subject confirmation"
	confirmation, err := subject.One(assertionSpace, "SubjectConfirmation")
	if err != nil {
		return refuse(BadClaims, check, err.Error(), "one SubjectConfirmation")
	}
	if method, _ := confirmation.Attr("Method"); method != bearer {
		return refuse(BadClaims, check, proof.Quote(method), bearer)
	}
	data, err := confirmation.One(assertionSpace, "SubjectConfirmationData")
	if err != nil {
		return refuse(BadClaims, check, err.Error(), "one SubjectConfirmationData")
	}
	if err := v.checkTimes(data, true); err != nil {
		return err
	}
	v.out.Recipient, _ = data.Attr("Recipient")
	if !v.Site.recipient(v.out.Recipient) {
		return refuse(BadClaims, "recipient", proof.Quote(v.out.Recipient), v.Site.wantRecipient())
	}
	v.report.Pass("recipient", proof.Quote(v.out.Recipient))
	return nil
}

// readStatements reads what the assertion says of its subject.
func (v *verifier) readStatements() error {
	if err := v.out.readStatements(v.assertion); err != nil {
		return refuse(BadClaims, "statements", err.Error(), "statements in form")
	}
	if !v.out.SessionEnds.IsZero() && !v.now.Before(v.out.SessionEnds) {
		return refuse(Expired, "SessionNotOnOrAfter", v.out.SessionEnds.Format(time.RFC3339)+" at "+v.clock(), "a time to come")
	}
	return nil
}
