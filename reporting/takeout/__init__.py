"""Everything of one organisation as files that need no FundTrack to be read, and their verification.

``write``     tables, files, readable documents and the manifest, from one snapshot of the database
``tables``    which tables are taken out and which are not, found from the models
``readme``    the page that explains the folder, in three languages
``verify``    a folder against its manifest and against the ledger's own digests

Verifying imports the standard library and nothing else, so that it runs where no FundTrack is installed:
``layout`` ``folder`` ``csvfile`` ``digests`` ``contents`` ``ledger`` ``readable`` ``verify`` keep to that.
"""
