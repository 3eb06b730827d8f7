"""The steps of a release as routes: builds in the queue, approval, publication, withdrawal."""
