package account

import (
	"strconv"

	"go.mau.fi/whatsmeow/proto/waVnameCert"
	"google.golang.org/protobuf/proto"
)

// BusinessSerial numbers the certificate of a business account's name.
func (a *Account) BusinessSerial() string { return strconv.FormatUint(uint64(a.RawID()), 10) }

// VerifiedName is the certificate of a business account's name, signed with the account's identity.
func (a *Account) VerifiedName() (certificate []byte, ok bool) {
	business := a.Profile.Business()
	if business == nil {
		return nil, false
	}
	details, err := proto.Marshal(&waVnameCert.VerifiedNameCertificate_Details{
		Serial: proto.Uint64(uint64(a.RawID())), Issuer: proto.String("smb:wa"), VerifiedName: proto.String(business.Name),
	})
	if err != nil {
		return nil, false
	}
	signature := a.sign(details)
	certificate, err = proto.Marshal(&waVnameCert.VerifiedNameCertificate{Details: details, Signature: signature})
	return certificate, err == nil
}
