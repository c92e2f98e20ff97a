console.log('attune');
