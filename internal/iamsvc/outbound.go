package iamsvc

import (
	"errors"
	"net/http"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/outbound"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
)

// outboundActions switch an account's tokens for other parties on and off.
func (s *service) outboundActions() []pipeline.Handler {
	return []pipeline.Handler{
		onAccount("EnableOutboundWebIdentityFederation", pipeline.WriteTx,
			func(c *pipeline.Call, _ *none) (*iamapi.EnableOutboundWebIdentityFederationOutput, error) {
				issuer, err := s.outbound.Enable(c.Tx, c.Account)
				return &iamapi.EnableOutboundWebIdentityFederationOutput{IssuerIdentifier: issuer}, switched(c, err)
			}),
		onAccount("DisableOutboundWebIdentityFederation", pipeline.WriteTx, func(c *pipeline.Call, _ *none) (*query.NoResult, error) {
			return new(query.NoResult), switched(c, s.outbound.Disable(c.Tx, c.Account))
		}),
		onAccount("GetOutboundWebIdentityFederationInfo", pipeline.ReadTx,
			func(c *pipeline.Call, _ *none) (*iamapi.GetOutboundWebIdentityFederationInfoOutput, error) {
				issuer, err := s.outbound.Of(c.Tx, c.Account)
				return &iamapi.GetOutboundWebIdentityFederationInfoOutput{IssuerIdentifier: issuer, JwtVendingEnabled: true}, switched(c, err)
			}),
	}
}

// switched turns what the switch says into the refusal of the protocol.
func switched(c *pipeline.Call, err error) error {
	switch {
	case errors.Is(err, outbound.ErrOn):
		return awserr.New(http.StatusConflict, "FeatureEnabled", "Outbound web identity federation is already enabled for account %s.", c.Account)
	case errors.Is(err, outbound.ErrOff):
		return awserr.New(http.StatusNotFound, "FeatureDisabled", "Outbound web identity federation is not enabled for account %s.", c.Account)
	}
	return err
}
