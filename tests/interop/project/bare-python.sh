#!/bin/sh
# Python as it is without any package.
exec python3 -I -S "$@"
