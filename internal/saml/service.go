package saml

import (
	"bytes"
	"encoding/xml"
)

// ServiceMetadata returns the metadata of the service itself, which an identity
// provider imports: the name it goes by, where responses are sent, and which
// attributes they must have. It says what a site takes and nothing else.
func (s *Site) ServiceMetadata() []byte {
	audience, recipients := RealAudience, []string{"https://signin.aws.amazon.com/saml"}
	if len(s.Audiences) > 0 {
		audience = s.Audiences[0]
	}
	if len(s.Recipients) > 0 {
		recipients = s.Recipients
	}
	var b bytes.Buffer
	text := func(s string) {
		_ = xml.EscapeText(&b, []byte(s)) // a Buffer takes everything
	}
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<EntityDescriptor xmlns="` + metadataSpace + `" entityID="`)
	text(audience)
	b.WriteString(`"><SPSSODescriptor protocolSupportEnumeration="` + protocolSpace + `" WantAssertionsSigned="true">`)
	for _, format := range []string{"transient", "persistent"} {
		b.WriteString("<NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:" + format + "</NameIDFormat>")
	}
	for i, recipient := range recipients {
		b.WriteString(`<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="`)
		text(recipient)
		b.WriteString(`" index="`)
		b.WriteString(string(rune('1' + min(i, 8))))
		b.WriteByte('"')
		if i == 0 {
			b.WriteString(` isDefault="true"`)
		}
		b.WriteString("/>")
		if i == 8 {
			break
		}
	}
	b.WriteString(`<AttributeConsumingService index="1"><ServiceName xml:lang="en">Daypass</ServiceName>`)
	for _, name := range []string{"Role", "RoleSessionName"} {
		b.WriteString(`<RequestedAttribute isRequired="true" Name="` + AttributePrefix + name + `" FriendlyName="` + name +
			`" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"/>`)
	}
	b.WriteString("</AttributeConsumingService></SPSSODescriptor></EntityDescriptor>\n")
	return b.Bytes()
}
