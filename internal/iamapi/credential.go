package iamapi

import (
	"time"
)

// ListSSHPublicKeysInput lists the SSH keys of a user.
type ListSSHPublicKeysInput struct {
	UserName string `q:"len=1..64,pattern=name"`
	Marker   string `q:"len=1..320,pattern=marker"`
	MaxItems *int32 `q:"range=1..1000"`
}

// ListSSHPublicKeysOutput is a page of keys.
type ListSSHPublicKeysOutput struct {
	SSHPublicKeys []SSHPublicKeyMetadata `q:"keep"`
	IsTruncated   bool
	Marker        string
}

// ListSigningCertificatesInput lists the signing certificates of a user.
type ListSigningCertificatesInput struct {
	UserName string `q:"len=1..128,pattern=name"`
	Marker   string `q:"len=1..320,pattern=marker"`
	MaxItems *int32 `q:"range=1..1000"`
}

// ListSigningCertificatesOutput is a page of certificates.
type ListSigningCertificatesOutput struct {
	Certificates []SigningCertificate `q:"keep"`
	IsTruncated  bool
	Marker       string
}

// ListServiceSpecificCredentialsInput lists the passwords a user has for single services.
type ListServiceSpecificCredentialsInput struct {
	UserName    string `q:"len=1..64,pattern=name"`
	ServiceName string
	AllUsers    *bool
	Marker      string `q:"len=1..320,pattern=marker"`
	MaxItems    *int32 `q:"range=1..1000"`
}

// ListServiceSpecificCredentialsOutput is a page of them.
type ListServiceSpecificCredentialsOutput struct {
	ServiceSpecificCredentials []ServiceSpecificCredentialMetadata `q:"keep"`
	Marker                     string
	IsTruncated                bool
}

// ListServerCertificatesInput lists server certificates below a path.
type ListServerCertificatesInput struct {
	PathPrefix string `q:"len=1..512,pattern=path-prefix"`
	Marker     string `q:"len=1..320,pattern=marker"`
	MaxItems   *int32 `q:"range=1..1000"`
}

// ListServerCertificatesOutput is a page of certificates.
type ListServerCertificatesOutput struct {
	ServerCertificateMetadataList []ServerCertificateMetadata `q:"keep"`
	IsTruncated                   bool
	Marker                        string
}

// SSHPublicKeyMetadata is an SSH key without its text.
type SSHPublicKeyMetadata struct {
	UserName       string
	SSHPublicKeyId string
	Status         string
	UploadDate     time.Time
}

// SigningCertificate is a signing certificate of a user.
type SigningCertificate struct {
	UserName        string
	CertificateId   string
	CertificateBody string
	Status          string
	UploadDate      time.Time
}

// ServiceSpecificCredentialMetadata is a password for a single service, without the password.
type ServiceSpecificCredentialMetadata struct {
	UserName                    string
	Status                      string
	ServiceUserName             string
	ServiceCredentialAlias      string
	CreateDate                  time.Time
	ExpirationDate              time.Time
	ServiceSpecificCredentialId string
	ServiceName                 string
}

// ServerCertificateMetadata is a server certificate without its text.
type ServerCertificateMetadata struct {
	Path                  string
	ServerCertificateName string
	ServerCertificateId   string
	Arn                   string
	UploadDate            time.Time
	Expiration            time.Time
}
