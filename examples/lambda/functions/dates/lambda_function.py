"""Says how long a number of seconds is. The words come from a package that lies in this folder."""

import datetime

import humanize


def lambda_handler(event, context):
    seconds = int(event["pathParameters"]["seconds"])
    return {"seconds": seconds, "words": humanize.precisedelta(datetime.timedelta(seconds=seconds))}
