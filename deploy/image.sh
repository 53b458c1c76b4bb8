#!/bin/sh
# deploy/image.sh WHEEL: an OCI image out of Debian's packages and the wheel, without Docker and without a base image
# from elsewhere. Writes dist/holdfast-image.tar (an OCI archive; `podman load` and `docker load` take it).
# Needs mmdebstrap, buildah, uv and the right to make a root file system (root, or a user with subordinate ids).
set -eu
wheel=$1
for it in mmdebstrap buildah; do
  command -v "$it" >/dev/null 2>&1 || { echo "There is no $it. Next step: apt-get install mmdebstrap buildah" >&2; exit 1; }
done
home=build/image; root=$home/root; archive=dist/holdfast-image.tar
rm -rf "$home" "$archive"; mkdir -p "$home" dist

# Python, a clock's zones, certificates, ffmpeg for voice notes and previews: all that Holdfast calls.
mmdebstrap --quiet --variant=minbase --include=python3,ca-certificates,tzdata,ffmpeg,tini \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$root"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/*

# What the lock names, checked by its hashes; then Holdfast itself.
uv=.venv/bin/uv; into=$root/opt/holdfast
"$uv" pip install --system-certs --quiet --python-version 3.11 --only-binary :all: --require-hashes --target "$into" -r requirements.lock
"$uv" pip install --system-certs --quiet --python-version 3.11 --no-deps --target "$into" "$wheel"
cat > "$root/usr/local/bin/holdfast" <<'COMMAND'
#!/bin/sh
exec python3 -m holdfast.cli "$@"
COMMAND
chmod 755 "$root/usr/local/bin/holdfast"
# A user without a name elsewhere, and two places to keep: what is said there, and the key to it.
echo 'holdfast:x:10001:10001::/data:/usr/sbin/nologin' >> "$root/etc/passwd"
echo 'holdfast:x:10001:' >> "$root/etc/group"
mkdir -p "$root/data" "$root/keys"; chown 10001:10001 "$root/data" "$root/keys"; chmod 700 "$root/data" "$root/keys"

version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' src/holdfast/__init__.py)
export BUILDAH_ISOLATION=chroot
container=$(buildah from scratch)
trap 'buildah rm "$container" >/dev/null' EXIT
# As an archive: a folder would lose who owns what.
tar -C "$root" -cf "$home/root.tar" .
buildah add --quiet "$container" "$home/root.tar" / >/dev/null
buildah config --user 10001:10001 --workingdir /data --volume /data --volume /keys --port 4000 --port 4001 \
  --env PYTHONPATH=/opt/holdfast --env PYTHONUNBUFFERED=1 --env HOME=/data \
  --env HOLDFAST_DATA=/data --env HOLDFAST_MASTER_KEY_FILE=/keys/master.key --env HOLDFAST_HOST=0.0.0.0 \
  --entrypoint '["/usr/bin/tini", "--", "/usr/local/bin/holdfast"]' --cmd up --stop-signal SIGTERM \
  --label org.opencontainers.image.title=Holdfast --label "org.opencontainers.image.version=$version" \
  --label "org.opencontainers.image.licenses=$(sed -n 's/^license = "\(.*\)"/\1/p' pyproject.toml)" "$container"
buildah commit --quiet "$container" "oci-archive:$archive:holdfast:latest" >/dev/null
echo "$archive"
