package iamapi

import (
	"time"
)

// GetAccountPasswordPolicyOutput is the password policy of the account.
type GetAccountPasswordPolicyOutput struct {
	PasswordPolicy PasswordPolicy
}

// UpdateAccountPasswordPolicyInput replaces the password policy; what is left out goes back to its default.
type UpdateAccountPasswordPolicyInput struct {
	MinimumPasswordLength      *int32 `q:"range=6..128"`
	RequireSymbols             *bool
	RequireNumbers             *bool
	RequireUppercaseCharacters *bool
	RequireLowercaseCharacters *bool
	AllowUsersToChangePassword *bool
	MaxPasswordAge             *int32 `q:"range=1..1095"`
	PasswordReusePrevention    *int32 `q:"range=1..24"`
	HardExpiry                 *bool
}

// CreateLoginProfileInput gives a user a password.
type CreateLoginProfileInput struct {
	UserName              string `q:"len=1..64,pattern=name"`
	Password              string `q:"len=1..128,pattern=policy,sensitive"`
	PasswordResetRequired *bool
}

// CreateLoginProfileOutput is the profile made.
type CreateLoginProfileOutput struct {
	LoginProfile LoginProfile
}

// GetLoginProfileInput asks whether a user has a password.
type GetLoginProfileInput struct {
	UserName string `q:"len=1..64,pattern=name"`
}

// GetLoginProfileOutput is the profile.
type GetLoginProfileOutput struct {
	LoginProfile LoginProfile
}

// UpdateLoginProfileInput changes the password of a user.
type UpdateLoginProfileInput struct {
	UserName              string `q:"required,len=1..64,pattern=name"`
	Password              string `q:"len=1..128,pattern=policy,sensitive"`
	PasswordResetRequired *bool
}

// DeleteLoginProfileInput takes the password of a user away.
type DeleteLoginProfileInput struct {
	UserName string `q:"len=1..64,pattern=name"`
}

// PasswordPolicy is what passwords must look like.
type PasswordPolicy struct {
	MinimumPasswordLength      int32
	RequireSymbols             bool
	RequireNumbers             bool
	RequireUppercaseCharacters bool
	RequireLowercaseCharacters bool
	AllowUsersToChangePassword bool
	ExpirePasswords            bool
	MaxPasswordAge             *int32
	PasswordReusePrevention    *int32
	HardExpiry                 *bool
}

// LoginProfile stands for the password of a user.
type LoginProfile struct {
	UserName              string
	CreateDate            time.Time
	PasswordResetRequired bool
}
