#!/bin/sh
# A certificate authority of openssl for Ampledger: AMPLEDGER_CA_COMMAND="…/openssl.sh FOLDER"
#
# FOLDER holds ca.pem and ca.key; chain.pem too, when ca.pem is not a root. What is issued is
# remembered there, and crl.pem is written anew whenever a certificate is revoked.
set -eu
cd "$1" || exit 75 # later, perhaps
[ -r ca.key ] || exit 75
umask 077
mkdir -p issued
[ -e index.txt ] || : >index.txt

cat >openssl.cnf.$$ <<'END'
[ca]
default_ca = here
[here]
certificate = ca.pem
private_key = ca.key
database = index.txt
new_certs_dir = issued
rand_serial = yes
default_md = sha256
default_crl_days = 3650
policy = whoever
unique_subject = no
x509_extensions = station
[whoever]
organizationName = optional
commonName = supplied
[station]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid, issuer
END
trap 'rm -f openssl.cnf.$$ crl.$$' EXIT

authority() { # one at a time: its index is a plain file
	flock lock openssl ca -config openssl.cnf.$$ -batch "$@"
}

escaped() { # the characters that -subj takes for its own
	printf %s "$1" | sed 's/[\\/+=]/\\&/g'
}

case $CA_ACTION in
sign)
	subject="/CN=$(escaped "$CA_COMMON_NAME")"
	[ -z "$CA_ORGANISATION" ] || subject="/O=$(escaped "$CA_ORGANISATION")$subject"
	authority -utf8 -notext -days "$CA_DAYS" -subj "$subject" -in /dev/stdin
	[ ! -e chain.pem ] || cat chain.pem
	;;
revoke)
	number=$(printf %s "$CA_SERIAL_NUMBER" | tr a-f A-F)
	[ $((${#number} % 2)) -eq 0 ] || number=0$number
	if ! [ -e "issued/$number.pem" ]; then
		echo "no certificate $CA_SERIAL_NUMBER was issued here" >&2
		exit 1
	fi
	authority -revoke "issued/$number.pem" || grep -q "^R.*	$number	" index.txt
	authority -gencrl -out crl.$$
	chmod 644 crl.$$
	mv crl.$$ crl.pem
	;;
*)
	echo "cannot $CA_ACTION" >&2
	exit 1
	;;
esac
