package main

// help is written by hand, to be read; a test keeps it complete.
const help = `wasim, an offline WhatsApp

One TLS port that clients pair with, log in to and talk through, with simulated phones behind it and an
admin API to move them and to break things. It never talks to the real service.

usage: wasim [options]

Where it is, and what it trusts
  --listen ADDRESS         where it listens; port 0 picks a free one (127.0.0.1:8080)
  --trust-file FILE        gets address, root_key and ca_pem as JSON, for clients
  --parent-pid N           ends when this process is gone

What it is
  --seed N                 every number, key and choice of the server follows from it (1)
  --state DIR              keeps accounts, keys, queues and phones over restarts; saved at the end and by
                           POST /admin/save. Without it everything is in memory
  --strict                 answers unknown queries with error 501 and malformed ones with 400, instead of
                           an empty result (false)

  --answer-delay TIMES     how long phones take to confirm, to ask again and to answer their companions: two
                           times between which the seed chooses, or one; 0 for load tests (300ms-800ms)

What it tells
  --transcript N           how many stanzas it remembers; 0 none (4096)
  --transcript-file FILE   gets every stanza as a line of JSON, as it happens
  --log-level LEVEL        DEBUG, INFO, WARN or ERROR; logs are JSON lines on stderr (INFO)
  --help                   this

environment
  CHATSTATE_TTL_SECS       seconds that a typing notice waits for a companion that is away
  ADV_SECRET_KEY           accepted and not needed: the secret comes with the QR code

When it is ready it prints one line of JSON to stdout: its address, the root key that clients must trust in
place of WhatsApp's, and the certificate of its TLS port, for web.whatsapp.com, mmg.whatsapp.net, localhost.

  wasim --listen 127.0.0.1:8080 --seed 1 --state ./wasim --trust-file wasim.json
  curl -k https://127.0.0.1:8080/openapi.json                                     the admin API
  curl -k https://127.0.0.1:8080/admin/phones -d '{"name":"Ann"}'                 a phone
  curl -k https://127.0.0.1:8080/admin/faults                                     everything that can go wrong
  curl -k https://127.0.0.1:8080/admin/faults -d '{"name":"no-ack"}'              ...and one that does now
  curl -kN 'https://127.0.0.1:8080/admin/transcript.jsonl?wait_s=60'              every stanza, as it passes

The same by hand: holdfast lab --help.
`
