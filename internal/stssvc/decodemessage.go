package stssvc

import (
	"net/http"

	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/sts"
)

// DecodeAuthorizationMessage reads the encoded message that came with a denial
// (reference 7). The accounts of the denied caller and of the resource may.
func (s *service) decodeAuthorizationMessage() pipeline.Handler {
	return pipeline.Action[decodeAuthorizationMessageInput, sts.DecodeAuthorizationMessageOutput]{
		Name:     "DecodeAuthorizationMessage",
		ReadOnly: true,
		Check: func(c *pipeline.Call, _ *decodeAuthorizationMessageInput) error {
			return notByUserSession(c, "sts:DecodeAuthorizationMessage")
		},
		Asks: func(*pipeline.Call, *decodeAuthorizationMessageInput) ([]authz.Question, error) {
			return []authz.Question{{Action: "sts:DecodeAuthorizationMessage", Resource: "*"}}, nil
		},
		Do: func(c *pipeline.Call, in *decodeAuthorizationMessageInput) (*sts.DecodeAuthorizationMessageOutput, error) {
			text, err := s.Authz.Decode(in.EncodedMessage, c.Account, c.Now)
			if err != nil {
				return nil, &awserr.Error{
					Code: "InvalidAuthorizationMessageException", Status: http.StatusBadRequest,
					Message: "Message is not valid.", Err: err,
				}
			}
			return &sts.DecodeAuthorizationMessageOutput{DecodedMessage: text}, nil
		},
	}
}
