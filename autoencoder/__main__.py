import sys

from autoencoder.cli.parser import main

sys.exit(main())
